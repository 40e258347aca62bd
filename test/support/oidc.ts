import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Provider } from 'oidc-provider';

export interface Person {
  readonly groups: readonly string[];
  /** How the login was done (RFC 8176). */
  readonly amr: readonly string[];
}

export interface OidcServer {
  readonly issuer: string;
  close(): Promise<void>;
}

/** A real OpenID Connect provider that knows these people by name, with any password, and insists on PKCE. */
export async function startOidc(
  people: Readonly<Record<string, Person>>,
  client: { readonly id: string; readonly secret: string; readonly redirectUri: string },
): Promise<OidcServer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [client.redirectUri],
        response_types: ['code'],
      },
    ],
    claims: {
      acr: null,
      amr: null,
      auth_time: null,
      iss: null,
      sid: null,
      openid: ['sub', 'groups', 'amr'],
      email: ['email'],
      profile: [],
    },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    cookies: { keys: ['a key of a test'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    ttl: { AccessToken: 300, AuthorizationCode: 60, IdToken: 300, Interaction: 300, Session: 300, Grant: 300 },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.org`, groups: [...(people[id]?.groups ?? [])] }),
    }),
  });
  const callback = provider.callback();
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/')) void interact(request, response);
    else void callback(request, response);
  });

  /** One form asks who it is; the company's own host needs nobody's consent. */
  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { prompt, session, params } = await provider.interactionDetails(request, response);
    if (prompt.name === 'consent') {
      const grant = new provider.Grant({ accountId: session!.accountId, clientId: params['client_id'] as string });
      grant.addOIDCScope(params['scope'] as string);
      const consent = { grantId: await grant.save() };
      return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
    }
    if (request.method !== 'POST') {
      response.setHeader('content-type', 'text/html');
      response.end(
        '<title>Log in</title><form method="post"><label>Name <input name="login" autofocus></label> <button>Log in</button></form>',
      );
      return;
    }
    const accountId = new URLSearchParams(await text(request)).get('login')!;
    const login = { accountId, amr: [...(people[accountId]?.amr ?? [])] };
    await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
  }

  return {
    issuer,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A browser as far as a login needs one: cookies by origin, redirects and forms. */
export function newBrowser() {
  const jar = new Map<string, Map<string, string>>();
  const cookiesOf = (url: URL) => {
    const found = jar.get(url.host) ?? new Map<string, string>();
    jar.set(url.host, found);
    return found;
  };
  async function ask(address: string | URL, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address);
    const cookies = cookiesOf(url);
    const header = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      redirect: 'manual',
      ...init,
      headers: {
        accept: 'text/html,*/*;q=0.8',
        ...(init.headers as object),
        ...(header === '' ? {} : { cookie: header }),
      },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name!);
      else cookies.set(name!, value!);
    }
    return response;
  }
  return {
    ask,
    cookies: (host: string) => jar.get(host) ?? new Map<string, string>(),
    /** Follows redirects, and gives the last answer with its address. */
    async open(address: string | URL, init?: RequestInit): Promise<{ readonly url: URL; readonly response: Response }> {
      let url = new URL(address);
      let response = await ask(url, init);
      for (let hop = 0; response.status >= 300 && response.status < 400 && hop < 12; hop++) {
        url = new URL(response.headers.get('location')!, url);
        response = await ask(url);
      }
      return { url, response };
    },
    /** Logs in at the provider's own pages, which a page that was opened has led to. */
    async logInAs(name: string, page: { readonly url: URL; readonly response: Response }) {
      let at = page;
      for (let form = 0; form < 4 && at.url.pathname.startsWith('/interaction/'); form++) {
        const body = new URLSearchParams({ login: name });
        at = await this.open(at.url, { method: 'POST', body });
      }
      return at;
    },
  };
}
