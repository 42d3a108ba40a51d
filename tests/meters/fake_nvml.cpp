// The functions of NVIDIA's management library that the meter asks for, with a counter to be set.
namespace {
unsigned long long millijoules = 0;
int failing = 0;  // result of the counter; 0: works
}  // namespace

extern "C" {
void fake_set_energy(unsigned long long value) {
  millijoules = value;
}
void fake_fail_with(int result) {
  failing = result;
}

int nvmlInit_v2() {
  return 0;
}
int nvmlShutdown() {
  return 0;
}
const char* nvmlErrorString(int result) {
  return result == 3 ? "Not Supported" : "Invalid Argument";
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  *device = &millijoules;
  return index == 0 ? 0 : 2;
}
int nvmlDeviceGetName(void*, char* name, unsigned) {
  name[0] = 'F';
  name[1] = 0;
  return 0;
}
#ifndef WATTENTION_FAKE_WITHOUT_COUNTER
int nvmlDeviceGetTotalEnergyConsumption(void*, unsigned long long* energy) {
  *energy = millijoules;
  return failing;
}
#endif
}
