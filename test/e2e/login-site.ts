import { join } from 'node:path';
// Before the host: jest does not let nest-winston require a module that is being imported.
import '../../core/api/index.js';
import { loadConfiguration } from '../../core/app/configuration.js';
import { openInstallation, type Installation } from '../../core/app/installation.js';
import type { Host } from '../../core/app/main.js';
import { freePort } from '../support/free-port.js';
import { startOidc, type OidcServer } from '../support/oidc.js';
import { newProject, type Project } from './project.js';

export const PEOPLE = {
  ann: { groups: ['outreach admins'], amr: ['pwd', 'otp'] },
  bob: { groups: ['outreach admins', 'readers'], amr: ['pwd'] },
  cyd: { groups: ['outreach admins'], amr: ['pwd'] },
  dan: { groups: ['somebody else'], amr: ['pwd', 'otp'] },
  fay: { groups: ['south', 'east'], amr: ['pwd'] },
  eve: { groups: ['of one', 'readers'], amr: ['pwd'] },
};

/** A host with two connections whose people log in at a provider of its own. */
export interface LoginSite {
  readonly project: Project;
  readonly provider: OidcServer;
  readonly installation: Installation;
  readonly host: Host;
  close(): Promise<void>;
}

export async function startLoginSite(): Promise<LoginSite> {
  const port = await freePort('localhost');
  const client = {
    id: 'tributary',
    secret: 'a secret of the client',
    redirectUri: `http://localhost:${port}/login/callback`,
  };
  const provider = await startOidc(PEOPLE, client);
  const project = await newProject(`access:
  public_url: "http://localhost:${port}"
  oidc:
    issuer: "${provider.issuer}"
    client_id: tributary
    client_secret: "\${env:OIDC_SECRET}"
    grants:
      outreach admins: { roles: [admin] }
      readers: { roles: [viewer] }
      of one: { roles: [operator], connections: [daily] }
      south: { roles: [analyst], regions: [South] }
      east: { roles: [analyst], regions: [East] }
sources: { exports: { connector: local, config: { files: [ { stream: sends, path: ./data/*.csv, format: csv } ] } } }
connections:
  daily: { source: exports, destination: warehouse, schema: raw, streams: { sends: {} } }
  other: { source: exports, destination: warehouse, schema: raw_other, streams: { sends: {} } }
`);
  const env = {
    WAREHOUSE_URL: project.warehouseUrl,
    TRIBUTARY_HOME: join(project.folder, 'home'),
    OIDC_SECRET: client.secret,
  };
  const installation = openInstallation(await loadConfiguration(project.config, env), () => undefined);
  const { startHost } = await import('../../core/app/main.js');
  const host = await startHost(installation, { host: 'localhost', port, worker: 0 });
  return {
    project,
    provider,
    installation,
    host,
    async close() {
      await host.close();
      await installation.close();
      await provider.close();
      await project.remove();
    },
  };
}
