const WINDOW_MS = 60_000;
/** So that many addresses cannot fill the memory. */
const MOST_ADDRESSES = 10_000;

/** How often an address may do what it should not have to do often. */
export interface AddressLimit {
  /** Undefined: the address may try. */
  waitSeconds(address: string): number | undefined;
  count(address: string): void;
}

/** `most` in a minute, then none for the rest of it. */
export function addressLimit(most: number, now: () => number): AddressLimit {
  const windows = new Map<string, { readonly began: number; times: number }>();
  const current = (address: string) => {
    const window = windows.get(address);
    return window !== undefined && now() - window.began < WINDOW_MS ? window : undefined;
  };
  return {
    waitSeconds(address) {
      const window = current(address);
      if (window === undefined || window.times < most) return undefined;
      return Math.ceil((window.began + WINDOW_MS - now()) / 1000);
    },
    count(address) {
      const window = current(address);
      if (window !== undefined) window.times += 1;
      else {
        windows.delete(address);
        windows.set(address, { began: now(), times: 1 });
      }
      // The oldest stands first.
      if (windows.size > MOST_ADDRESSES) windows.delete(windows.keys().next().value!);
    },
  };
}
