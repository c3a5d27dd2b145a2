import * as z from "zod";
import type { Attempt } from "../../engine.ts";

const name = z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/u, "a name of Kubernetes");
const path = z.string().startsWith("/", "an absolute path");

const Volume = z
  .strictObject({
    /** Where a job sees it. */
    path,
    /** One of these three. */
    claim: name.optional(),
    hostPath: path.optional(),
    nfs: z.strictObject({ server: z.string(), path }).optional(),
    readOnly: z.boolean().default(false),
  })
  .refine(
    ({ claim, hostPath, nfs }) => [claim, hostPath, nfs].filter((each) => each).length === 1,
    "one of claim, hostPath and nfs",
  );

/** What a user's file says about Kubernetes. */
export const KubernetesSettings = z.strictObject({
  image: z.string({ error: "name an image that has mle-star" }).min(1),
  /** A context of kubectl's file other than the current one. */
  context: z.string().optional(),
  /** Other than that of the context. */
  namespace: name.optional(),
  volumes: z.array(Volume, { error: "name one that holds the batch folder" }).min(1),
  /** Secrets whose keys are variables of a job. */
  secrets: z.array(name).default([]),
  /** A local queue of Kueue. */
  queue: name.optional(),
  /** The resource that `gpus` counts; a slice is `nvidia.com/mig-1g.10gb` and the like. */
  gpu: z.string().default("nvidia.com/gpu"),
  serviceAccount: name.optional(),
  pullSecret: name.optional(),
  priorityClass: name.optional(),
  nodeSelector: z.record(z.string(), z.string()).default({}),
  tolerations: z.array(z.record(z.string(), z.union([z.string(), z.number()]))).default([]),
  /** Seconds that a pod may take to pause when it is to go. */
  grace: z.number().int().positive().default(120),
});
export type KubernetesSettings = z.infer<typeof KubernetesSettings>;

export const BATCH_LABEL = "mle-star.dev/batch";
const FOLDER_ANNOTATION = "mle-star.dev/folder";

/** The Job of a try: one pod, replaced where it was disrupted, and only then. */
export function manifestOf(
  settings: KubernetesSettings,
  { id, batch, attempt, file }: { id: string; batch: string; attempt: Attempt; file: string },
) {
  const labels = { "app.kubernetes.io/managed-by": "mle-star", [BATCH_LABEL]: batch };
  const { queue } = settings;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: id,
      labels: { ...labels, ...(queue === undefined ? {} : { "kueue.x-k8s.io/queue-name": queue }) },
      annotations: { [FOLDER_ANNOTATION]: attempt.folder },
    },
    spec: {
      // Kueue starts it.
      suspend: queue !== undefined,
      backoffLimit: 0,
      podReplacementPolicy: "Failed",
      podFailurePolicy: {
        rules: [
          { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
        ],
      },
      template: { metadata: { labels }, spec: podOf(settings, attempt, file) },
    },
  };
}

function podOf(settings: KubernetesSettings, { needs }: Attempt, file: string) {
  const { volumes, secrets, tolerations, nodeSelector, pullSecret, priorityClass } = settings;
  const { serviceAccount, gpu } = settings;
  const resources = {
    cpu: String(needs.cpus),
    memory: `${Math.floor(needs.memoryMb)}Mi`,
    ...(needs.gpus > 0 ? { [gpu]: String(needs.gpus) } : {}),
  };
  return {
    restartPolicy: "Never",
    terminationGracePeriodSeconds: settings.grace,
    containers: [
      {
        name: "job",
        image: settings.image,
        command: ["sh", file],
        envFrom: secrets.map((secret) => ({ secretRef: { name: secret } })),
        // Limits are requests where there are none.
        resources: { limits: resources },
        volumeMounts: volumes.map(({ path: mountPath, readOnly }, place) => ({
          name: `volume-${place}`,
          mountPath,
          readOnly,
        })),
      },
    ],
    volumes: volumes.map((volume, place) => ({ name: `volume-${place}`, ...sourceOf(volume) })),
    // A job asks nothing of the cluster.
    automountServiceAccountToken: false,
    nodeSelector,
    tolerations,
    ...(serviceAccount === undefined ? {} : { serviceAccountName: serviceAccount }),
    ...(pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
    ...(priorityClass === undefined ? {} : { priorityClassName: priorityClass }),
  };
}

function sourceOf({ claim, hostPath, nfs }: z.infer<typeof Volume>) {
  if (claim !== undefined) return { persistentVolumeClaim: { claimName: claim } };
  return nfs === undefined ? { hostPath: { path: hostPath ?? "/" } } : { nfs };
}
