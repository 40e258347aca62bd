/** How people log in; the composition root provides it where a provider is configured. */
export interface Login {
  /** Whether browsers reach the host by TLS. */
  readonly isSecure: boolean;
  /** Where the browser goes, and the state that it must bring back. `returnTo`: a path of this host; `address`: where the request comes from. */
  begin(
    returnTo: string,
    address: string,
  ): Promise<{ readonly url: string; readonly state: string } | { readonly waitSeconds: number }>;
  /** With the query that the provider sent the browser back with. `secret` is what the browser's cookie holds from then on. */
  finish(
    query: string,
    state: string,
  ): Promise<{ readonly secret: string; readonly returnTo: string } | { readonly refused: string }>;
  end(secret: string): Promise<void>;
}

/** The injection token; null where there is none. */
export const LOGIN = Symbol('LOGIN');

/** `__Host-` keeps other names of the domain from setting it, and asks for TLS. */
export const cookieNames = (isSecure: boolean) =>
  isSecure
    ? ({ session: '__Host-tributary', login: '__Host-tributary-login' } as const)
    : ({ session: 'tributary', login: 'tributary-login' } as const);

/** The value of a cookie of ours, in the alphabet of Base64 for URLs. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  const found = header?.split(/; */).find((pair) => pair.startsWith(`${name}=`));
  const value = found?.slice(name.length + 1);
  return value !== undefined && /^[A-Za-z0-9_-]{20,200}$/.test(value) ? value : undefined;
}
