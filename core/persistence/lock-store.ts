/** What one process at a time does, whichever host it is on. */
export interface LockStore {
  /** Gives what releases it, undefined where another holds it. It ends with this process, however that ends. */
  take(name: string): Promise<(() => Promise<void>) | undefined>;
}
