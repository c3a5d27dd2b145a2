#!/bin/bash
# Asks the server whether a file is a valid submission: validate_submission.sh FILE
curl --silent --form "file=@$1" http://localhost:5000/validate
