/** Up to which day old rows of streams are gone (`YYYY-MM-DD`, the first day that is kept). */
export interface RetentionStore {
  keptFrom(connection: string, stream: string): Promise<string | undefined>;
  note(connection: string, stream: string, keptFrom: string): Promise<void>;
}
