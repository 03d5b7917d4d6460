"""`python -m grader.rubric` prints the JSON Schema of rubric.yaml; `rubric.schema.json` is its output."""

import json

from grader.rubric import json_schema

print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
