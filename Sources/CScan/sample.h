// What task logs look like: windows of literals are chosen so that they seldom let a place of this text through.
#ifndef LOUVER_CSCAN_SAMPLE_H
#define LOUVER_CSCAN_SAMPLE_H

static const char cscan_sample[] =
    "[2026-11-21T07:12:44.313+0000] {taskinstance.py:1157} INFO - Dependencies all met for dep_context=non-requeueable "
    "deps ti=<TaskInstance: finance_eod.load_customers scheduled__2026-11-20T22:30:00+00:00 [queued]>\n"
    "[2026-11-21T07:12:45.901+0000] {local_task_job_runner.py:243} INFO - Task exited with return code 0, marking task as "
    "SUCCESS. dag_id=ml_training, task_id=export_features, run_id=manual__2026-11-19T15:48:06+00:00\n"
    "26/11/21 08:37:19 WARN BlockManagerInfo: Added broadcast_37_piece0 in memory on ip-10-0-153-86.ec2.internal:42619 "
    "(size: 34.5 KiB, free: 366.2 MiB)\n"
    "{\"timestamp\":\"2026-11-21T09:50:28.467Z\",\"level\":\"info\",\"event\":\"Wrote 18240 rows to analytics.daily_orders "
    "in 3.92 seconds\",\"logger\":\"task.stdout\",\"filename\":\"pipeline.py\",\"lineno\":118}\n"
    "  File \"/home/airflow/.local/lib/python3.12/site-packages/airflow/providers/amazon/aws/hooks/base_aws.py\", line "
    "614, in get_client_type\n"
    "    raise AirflowException(f\"Could not find the connection or the bucket {bucket_name!r} in region "
    "{self.region_name}\")\n"
    "DEBUG urllib3.connectionpool https://storage.eu-west-1.amazonaws.com:443 \"GET "
    "/warehouse/year=2026/month=11/part-00017-8d1c3f5a-77be-4c09-9e62-5b0f4a6d2c13.snappy.parquet HTTP/1.1\" 206 None\n"
    "Running statement: SELECT customer_id, sum(amount) AS total, max(updated_at) FROM staging.payments WHERE ds = "
    "'2026-11-20' AND country IN ('DE', 'FR') GROUP BY 1 HAVING count(*) > 10, parameters: None\n"
    "09:14:52  47 of 93 OK created sql incremental model marketing.stg_sessions [MERGE (5129.0 rows, 12.8 MiB processed) "
    "in 6.41s]\n"
    "kubernetes_executor: Event: extract-hourly-metrics-x7kq2v9d had an event of type MODIFIED; pod phase Running, node "
    "worker-group-b, backoff limit exceeded, checking again shortly\n"
    "Traceback (most recent call last): TimeoutError: waiting for the upstream sensor to finish took longer than expected, "
    "please check whether the previous job succeeded or should be restarted manually\n"
    "User analyst opened the dashboard; request 4f9b6ae0-2d31-4b8e-a5c7-901d3e6f8b24 finished with status 200 after 132 "
    "ms, cached=False, method=POST, path=/api/v2/dags/inventory_sync/dagRuns?limit=50&offset=100&order_by=-start_date\n"
    "Downloading https://mirror.example.invalid/packages/numpy-1.26.4-cp312-cp312-manylinux_2_17_x86_64.whl (18.0 MB): "
    "100% complete, built from source, verifying checksums, nothing else to install\n"
    "<Response [404]>: \"Object does not exist\", key='xcom_return_value', value={'records': 3051, 'skipped': [], 'next': "
    "None, 'ratio': 0.875}, working directory /opt/airflow/dags/reporting/monthly_summary.py\n";

#endif
