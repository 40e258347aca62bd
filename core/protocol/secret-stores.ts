/** Stores of secrets that a reference of the configuration may name beside environment and files. */
export const SECRET_STORES = ['vault', 'aws', 'age'] as const;
export type SecretStore = (typeof SECRET_STORES)[number];
