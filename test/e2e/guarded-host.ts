import { join } from 'node:path';
// Before the host: jest does not let nest-winston require a module that is being imported.
import '../../core/api/index.js';
import { loadConfiguration } from '../../core/app/configuration.js';
import { openInstallation, type Installation } from '../../core/app/installation.js';
import type { Host } from '../../core/app/main.js';
import { ask, type Answer } from '../support/host.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { newProject, type Project } from './project.js';

export const AUDIT_KEY = 'the key of the audit log, 32 long';

/** A host with a login, one token a role, and a channel that hears of emergency access. */
export interface GuardedHost {
  readonly project: Project;
  readonly hook: Receiver;
  readonly installation: Installation;
  readonly host: Host;
  readonly env: Readonly<Record<string, string>>;
  /** By role; tests add others. */
  readonly tokens: Record<string, string>;
  /** Makes a token as a person does on the machine, and keeps it under this name. */
  create(name: string, ...options: string[]): Promise<void>;
  asking(method: string, path: string, headers?: Record<string, string>): Promise<Answer>;
  as(role: string, method: string, path: string, body?: object): Promise<Answer>;
  close(): Promise<void>;
}

export const CONFIG = `access: { public_url: "http://localhost:8080", break_glass: { longest: 1h } }
alerts:
  channels: { hook: { webhook: { url: "\${env:HOOK_URL}", secret: a-secret-of-a-test } } }
  rules: [ { when: break_glass, severity: critical, to: [hook] } ]
audit: { key: "\${env:AUDIT_KEY}", anchor: ./anchors.jsonl }
sources: { exports: { connector: local, config: { files: [ { stream: sends, path: ./data/*.csv, format: csv } ] } } }
connections:
  daily: { source: exports, destination: warehouse, schema: raw, streams: { sends: {} } }
  secret_one: { source: exports, destination: warehouse, schema: raw_secret, streams: { sends: {} }, schedule: { every: 6h } }
`;

export async function startGuardedHost(roles: readonly string[]): Promise<GuardedHost> {
  const hook = await startReceiver();
  const project = await newProject(CONFIG);
  const env = {
    AUDIT_KEY,
    WAREHOUSE_URL: project.warehouseUrl,
    TRIBUTARY_HOME: join(project.folder, 'home'),
    HOOK_URL: hook.url,
  };
  await project.write('data/a.csv', 'a\n1\n');
  const tokens: Record<string, string> = {};
  const create = async (name: string, options: readonly string[], as = name) => {
    tokens[as] = (await project.data(['tokens', 'create', name, ...options], { env })).token;
  };
  for (const role of roles) await create(`the ${role}`, ['--role', role], role);
  const installation = openInstallation(await loadConfiguration(project.config, env), () => undefined);
  const { startHost } = await import('../../core/app/main.js');
  const host = await startHost(installation, { host: '127.0.0.1', port: 0, worker: 0 });
  const asking: GuardedHost['asking'] = (method, path, headers = {}) =>
    ask(host.url + path, { method, headers, ...(method === 'GET' ? {} : { body: '{}' }) });
  return {
    project,
    hook,
    installation,
    host,
    env,
    tokens,
    create: (name, ...options) => create(name, options),
    asking,
    as(role, method, path, body = {}) {
      const headers = { authorization: `Bearer ${tokens[role]}`, 'content-type': 'application/json' };
      return ask(host.url + path, { method, headers, ...(method === 'GET' ? {} : { body: JSON.stringify(body) }) });
    },
    async close() {
      await host.close();
      await installation.close();
      await hook.close();
      await project.remove();
    },
  };
}
