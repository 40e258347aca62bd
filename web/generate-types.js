/** Writes the types of what the API takes and answers, from the document of its controllers. `npm run build` runs it. */
import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import openapiTypes, { astToString } from 'openapi-typescript';
import { ApiDocument, ApiModule } from '../dist/core/api/index.js';

const file = new URL('src/api/schema.ts', import.meta.url);

// The controllers tell the document; nothing of the host is needed for it.
const app = await NestFactory.create(ApiModule.serving({}), { logger: false });
const api = app.get(ApiDocument);
api.makeFrom(app, 'generated');
const tree = await openapiTypes(JSON.parse(JSON.stringify(api.document)), { alphabetize: true });
await app.close();
const text = `// Generated from the OpenAPI document by \`npm run build\`. Do not edit.\n${astToString(tree)}`;
// Left alone where nothing changed, so that nobody who watches it is woken.
let before = '';
try {
  before = readFileSync(file, 'utf8');
} catch {
  // The first time there is none.
}
if (text !== before) writeFileSync(file, text);
