#!/bin/sh
# Makes the folders and the user of the agent image, where its base has none.
set -eu
id nonroot >/dev/null 2>&1 || {
  echo 'nonroot:x:10001:10001:nonroot:/home/nonroot:/bin/sh' >>/etc/passwd
  echo 'nonroot:x:10001:' >>/etc/group
}
mkdir -p /home/nonroot "$SUBMISSION_DIR" "$LOGS_DIR" "$CODE_DIR" "$AGENT_DIR" /home/data
chown -R nonroot /home/nonroot "$SUBMISSION_DIR" "$LOGS_DIR" "$CODE_DIR" "$AGENT_DIR"
# The program itself is not the agent's to change.
printf '#!/bin/sh\nexec /usr/local/bin/node /opt/mle-star/app/agent/cli/bin.mjs "$@"\n' >/usr/local/bin/mle-star
chmod 755 /usr/local/bin/mle-star
# Translated now, since the agent may not keep a build there.
mle-star --version
