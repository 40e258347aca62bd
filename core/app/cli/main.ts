#!/usr/bin/env node
// Before all others, some of which need a newer one to be loaded.
import './node-version.js';
import { Command, CommanderError } from 'commander';
import { accessVerb } from './access.js';
import { alertsVerb } from './alerts.js';
import { airbyteVerb } from './airbyte.js';
import { auditVerb } from './audit.js';
import { breakGlassVerb } from './break-glass.js';
import { backfillVerb } from './backfill.js';
import { classifyVerb } from './classify.js';
import { configVerb } from './config.js';
import { connectorsVerb } from './connectors.js';
import { checkVerb, discoverVerb } from './discover.js';
import { demoVerb } from './demo.js';
import { eraseVerb } from './erase.js';
import { initVerb, validateVerb } from './init.js';
import { keysVerb } from './keys.js';
import { pauseVerb } from './pause.js';
import { quarantineVerb } from './quarantine.js';
import { queryVerb } from './query.js';
import { reportVerb } from './report.js';
import { retentionVerb } from './retention.js';
import { requestsVerb } from './requests.js';
import { runsVerb } from './runs.js';
import { serveVerb } from './serve.js';
import { tapVerb, targetVerb } from './singer.js';
import { stateVerb } from './state.js';
import { statusVerb } from './status.js';
import { syncVerb } from './sync.js';
import { tokensVerb } from './tokens.js';
import { verifyVerb } from './verify.js';
import { workerVerb } from './worker.js';
import { version } from '../version.js';

const USAGE = 2;

const program = new Command('tributary')
  .description('Pulls campaign results into your reporting database and shows them in the monthly report.')
  .option('--config <file>', 'the configuration (default: config/tributary.yaml, or TRIBUTARY_CONFIG)')
  .option('--json', 'print the result as JSON, with the version of its schema')
  .version(version)
  .configureHelp({ showGlobalOptions: true })
  .showSuggestionAfterError()
  .exitOverride();

for (const verb of [
  initVerb,
  validateVerb,
  configVerb,
  checkVerb,
  discoverVerb,
  classifyVerb,
  syncVerb,
  backfillVerb,
  verifyVerb,
  eraseVerb,
  retentionVerb,
  stateVerb,
  statusVerb,
  pauseVerb,
  runsVerb,
  requestsVerb,
  quarantineVerb,
  queryVerb,
  reportVerb,
  connectorsVerb,
  airbyteVerb,
  tapVerb,
  targetVerb,
  serveVerb,
  workerVerb,
  accessVerb,
  alertsVerb,
  tokensVerb,
  breakGlassVerb,
  keysVerb,
  auditVerb,
  demoVerb,
])
  verb(program);
for (const command of program.commands) inherit(command);

/** Commands made before `exitOverride` reached them would end the process themselves. */
function inherit(command: Command): void {
  command.exitOverride().showSuggestionAfterError();
  for (const inner of command.commands) inherit(inner);
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : USAGE;
}
