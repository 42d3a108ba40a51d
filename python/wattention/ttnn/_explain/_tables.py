"""What a report folder holds, and its database's tables.

tt-metal v0.57.0-rc71, ttnn/ttnn/database.py; buffer_chunks and source_files are of later releases.
"""
SQLITE_DB_PATH = "db.sqlite"
TENSORS_PATH = "tensors"
GRAPHS_PATH = "graph"
CONFIG_PATH = "config.json"
TABLES = {
    "devices": "device_id int, num_y_cores int, num_x_cores int, num_y_compute_cores int, num_x_compute_cores int, "
               "worker_l1_size int, l1_num_banks int, l1_bank_size int, address_at_first_l1_bank int, "
               "address_at_first_l1_cb_buffer int, num_banks_per_storage_core int, num_compute_cores int, "
               "num_storage_cores int, total_l1_memory int, total_l1_for_tensors int, "
               "total_l1_for_interleaved_buffers int, total_l1_for_sharded_buffers int, cb_limit int",
    "tensors": "tensor_id int UNIQUE, shape text, dtype text, layout text, memory_config text, device_id int, "
               "address int, buffer_type int",
    "device_tensors": "tensor_id int, device_id int, address int",
    "local_tensor_comparison_records": "tensor_id int UNIQUE, golden_tensor_id int, matches bool, desired_pcc bool, "
                                       "actual_pcc float",
    "global_tensor_comparison_records": "tensor_id int UNIQUE, golden_tensor_id int, matches bool, desired_pcc bool, "
                                        "actual_pcc float",
    "operations": "operation_id int UNIQUE, name text, duration float",
    "operation_arguments": "operation_id int, name text, value text",
    "stack_traces": "operation_id int, stack_trace text",
    "input_tensors": "operation_id int, input_index int, tensor_id int",
    "output_tensors": "operation_id int, output_index int, tensor_id int",
    "buffers": "operation_id int, device_id int, address int, max_size_per_bank int, buffer_type int",
    "buffer_pages": "operation_id int, device_id int, address int, core_y int, core_x int, bank_id int, "
                    "page_index int, page_address int, page_size int, buffer_type int",
    "buffer_chunks": "operation_id int, device_id int, address int, bank_id int, core_x int, core_y int, "
                     "chunk_address int, chunk_size int, page_size int, num_pages int, buffer_type int",
    "source_files": "id int UNIQUE, path text, contents text",
    "nodes": "operation_id int, unique_id int, node_operation_id int, name text",
    "edges": "operation_id int, source_unique_id int, sink_unique_id int, source_output_index int, "
             "sink_input_index int, key int",
    "captured_graph": "operation_id int, captured_graph text",
}
