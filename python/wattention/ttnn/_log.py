"""The log lines of the card's stack, when they are asked for."""
_shown = False


def show_log(shown=True):
    """Turns the `Metal | INFO` lines on or off that TT-NN prints when devices open and close."""
    global _shown
    _shown = shown


def metal(text):
    if _shown:
        print(f"{'Metal':>23} | INFO     | {text}")
