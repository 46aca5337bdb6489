"""Where a run tells its numbers: always into `log.jsonl`, and where else is wanted; one file each."""
