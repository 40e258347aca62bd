/** The Airbyte protocol: its messages, its types, its catalogs, states and specifications. */
export * from './messages.js';
export { readConfiguredCatalog, readMessage, readStates } from './read-message.js';
export { fieldsOfSchema, schemaOfFields, zoneFixer } from './types.js';
export { schemaFaults, secretPaths, secretValues, unknownOptions } from './connection-spec.js';
