# Where solutions run: a Python with the same packages as the local environment, and the runner.
# `mle-star` builds it on first use; by hand: docker build --target cpu .
ARG BASE_IMAGE=python:3.11-slim
FROM ${BASE_IMAGE} AS cpu

# A folder `wheels`, where the context has one, is installed from offline; else pip uses its index.
COPY sandbox/requirements-core.txt sandbox/requirements-extras.txt sandbox/python/install.py wheel[s] /opt/mle-star/build/
RUN python3 -m venv /opt/mle-star/env \
 && cd /opt/mle-star/build \
 && if ls ./*.whl >/dev/null 2>&1; then set -- --wheels /opt/mle-star/build; fi \
 && /opt/mle-star/env/bin/python install.py --core requirements-core.txt --extras requirements-extras.txt \
      --result /opt/mle-star/installed.json --log /tmp/install.log --compile "$@" \
 && rm -rf /tmp/install.log /root/.cache

COPY sandbox/python/runner.py /opt/mle-star/runner.py
ENV PATH=/opt/mle-star/env/bin:/usr/local/bin:/usr/bin:/bin
WORKDIR /work
CMD ["python"]
