/** The messages of the Singer specification, and JSON Schema as taps write it, from and to ours. */
export { fieldsOfSchema, schemaOfFields, type JsonSchema } from './schema.js';
export {
  isSingerState,
  readMessage,
  writeMessage,
  type ActivateVersionMessage,
  type BatchMessage,
  type RecordMessage,
  type SchemaMessage,
  type SingerMessage,
  type StateMessage,
} from './messages.js';
export { batchRecords } from './batch.js';
export { catalogEntry, chosen, readCatalog, rootMetadata, type CatalogEntry } from './catalog.js';
export { recordReader } from './records.js';
