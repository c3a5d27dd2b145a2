# Where solutions run, with and without a GPU, and the whole agent in one image.
# `mle-star` builds what it needs on first use; by hand: docker build --target cpu|gpu|agent .
ARG BASE_IMAGE=python:3.11-slim
ARG NODE_IMAGE=node:20-slim

# A Python with the same packages as the local environment, and the runner.
FROM ${BASE_IMAGE} AS cpu
# A folder `wheels`, where the context has one, is installed from offline; else pip uses its index.
COPY sandbox/requirements-core.txt sandbox/requirements-extras.txt sandbox/requirements-lock.txt sandbox/python/install.py sandbox/python/pip_client.py sandbox/python/build-env.sh wheel[s] /opt/mle-star/build/
RUN sh /opt/mle-star/build/build-env.sh cpu
COPY sandbox/python/runner.py sandbox/python/open_network.py /opt/mle-star/
COPY sandbox/python/watch /opt/mle-star/watch
# Nobody may write there later.
RUN /opt/mle-star/env/bin/python -m compileall -q /opt/mle-star/open_network.py /opt/mle-star/watch
ENV PATH=/opt/mle-star/env/bin:/usr/local/bin:/usr/bin:/bin
WORKDIR /work
CMD ["python"]

# Node.js, and the npm packages of the agent.
FROM ${NODE_IMAGE} AS node
WORKDIR /opt/mle-star/app
# A folder `modules`, where the context has one, is taken as it is; else npm uses its registry.
COPY package.json package-lock.json module[s] ./node_modules/
RUN cd node_modules && mv package.json package-lock.json .. && cd .. \
 && if [ ! -d node_modules/commander ]; then npm install --omit=dev --ignore-scripts --no-audit --no-fund; fi \
 && rm package.json package-lock.json

# The agent and its Python in one container, as MLE-bench starts it (sandbox/agent-image/config.yaml).
# STACK=gpu adds the packages for a GPU; AGENT_USER=root is for bases whose entry point must be root.
FROM cpu AS agent
ARG STACK=cpu
COPY sandbox/requirements-gpu.txt /opt/mle-star/build/
RUN if [ "$STACK" = gpu ]; then sh /opt/mle-star/build/build-env.sh gpu; fi
RUN command -v git >/dev/null || { apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*; }
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /opt/mle-star/app /opt/mle-star/app
COPY package.json tsconfig.json LICENSE README.md /opt/mle-star/app/
COPY agent /opt/mle-star/app/agent
COPY runs /opt/mle-star/app/runs
COPY sandbox /opt/mle-star/app/sandbox
COPY tasks /opt/mle-star/app/tasks
ARG SUBMISSION_DIR=/home/submission
ARG LOGS_DIR=/home/logs
ARG CODE_DIR=/home/code
ARG AGENT_DIR=/home/agent
ENV SUBMISSION_DIR=${SUBMISSION_DIR} LOGS_DIR=${LOGS_DIR} CODE_DIR=${CODE_DIR} AGENT_DIR=${AGENT_DIR}
COPY sandbox/agent-image/start.sh ${AGENT_DIR}/start.sh
RUN sh /opt/mle-star/app/sandbox/agent-image/prepare.sh
ARG AGENT_USER=nonroot
USER ${AGENT_USER}
WORKDIR ${AGENT_DIR}
CMD ["sh", "-c", "exec sh ${AGENT_DIR}/start.sh"]

# The sandbox with what a GPU wants on top.
FROM cpu AS gpu
COPY sandbox/requirements-gpu.txt /opt/mle-star/build/
RUN sh /opt/mle-star/build/build-env.sh gpu
