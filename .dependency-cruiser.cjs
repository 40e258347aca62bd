/** The house rules of docs/architecture.md: who may import whom. Each message is what a newcomer reads. */
const production = '^(core|connectors|destinations|report)/';
const only = (name, folder, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: `^${folder}/` },
  to: { path: '^(core|connectors|destinations|report|web|test|bench)/', pathNot: [`^${folder}/`, ...allowed.map((path) => `^${path}`), '^core/sdk/errors\\.ts$'] },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', comment: 'A circle means that two files are one idea, or that one of them is in the wrong place.', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'no-unresolved', severity: 'error', comment: 'An import that cannot be resolved.', from: {}, to: { couldNotResolve: true } },
    { name: 'no-test-in-production', severity: 'error', comment: 'Tests, simulators and benches are imported by nobody; the demo starts the simulator as a process.', from: { path: production }, to: { path: '^(test|bench)/' } },
    only('protocol-is-the-root', 'core/protocol', [], 'The protocol is types and pure functions that everybody shares; it imports nothing of ours.'),
    only('sdk-imports-protocol', 'core/sdk', ['core/protocol/', 'core/program/'], 'The SDK is the door for plugin authors; behind it lies only the protocol.'),
    { name: 'conformance-loads-as-the-engine-does', severity: 'error', comment: 'What is tried on a destination goes through the row program, as in a run; the rest of the SDK does not know it.', from: { path: '^core/sdk/(?!testing/destination/)' }, to: { path: '^core/program/' } },
    only('engine-is-pure', 'core/engine', ['core/protocol/', 'core/program/'], 'The engine knows no Nest, no SQL and no transport: it is driven by what it is given.'),
    only('program-is-pure', 'core/program', ['core/protocol/'], 'The row program is compiled from data alone.'),
    only('middleware-is-pure', 'core/middleware', ['core/protocol/', 'core/program/'], 'A middleware step contributes to the row program.'),
    only('plugins-load-through-the-sdk', 'core/plugins', ['core/protocol/', 'core/sdk/'], 'The registry treats built-in and foreign plugins alike.'),
    only('settings-know-only-themselves', 'core/settings', ['core/protocol/'], 'The YAML file is validated without loading anything it names.'),
    only('persistence-serves-the-host', 'core/persistence', ['core/protocol/', 'core/scheduler/(backfill|request|schedule|hold|circuit)-store', 'core/sdk/http/budget-store', 'core/alerting/(alert-store|incident|mail-store)', 'core/security/'], 'The host\'s own store; it serves the ports of others.'),
    only('scheduler-knows-ports', 'core/scheduler', ['core/protocol/'], 'When a run is due and who does it; what a run is, the composition root knows.'),
    only('alerting-listens', 'core/alerting', ['core/protocol/', 'core/sdk/http/metadata-address'], 'Rules, outbox and channels; what happens, events and runs tell it.'),
    only('security-is-apart', 'core/security', ['core/protocol/'], 'Roles, tokens and the audit chain; who stores and who asks is not their matter.'),
    only('api-knows-services', 'core/api', ['core/protocol/', 'core/persistence/run-store', 'core/scheduler/', 'core/alerting/', 'core/engine/', 'core/security/', 'report/'], 'Controllers translate HTTP; entities stay in persistence.'),
    only('sdk-is-the-only-door', 'connectors/[^/]+', ['core/sdk/'], 'A connector sees the SDK and its own folder, exactly as a third party\'s does.'),
    only('destinations-see-the-sdk', 'destinations/[^/]+', ['core/sdk/', 'destinations/sql/', 'connectors/(local|sftp|s3|gcs)/(local|sftp|s3|gcs)[.-](transport|config|session)\\.ts$'], 'A destination sees the SDK and what SQL destinations share; files are delivered by the transports that read them.'),
    only('report-sees-sql', 'report', ['core/sdk/', 'destinations/sql/'], 'The report speaks SQL through the SDK\'s session.'),
    { name: 'web-knows-the-api-alone', severity: 'error', comment: 'The browser application sees the API by the types that are generated from its document, and its own files.', from: { path: '^web/src/' }, to: { path: '^(core|connectors|destinations|report|test|bench)/' } },
    { name: 'web-is-served-not-imported', severity: 'error', comment: 'The host serves what was built of it.', from: { path: production }, to: { path: '^web/' } },
    { name: 'web-libraries', severity: 'error', comment: 'The first view is small because little is in it; another library is a decision of its own.', from: { path: '^web/src/' }, to: { path: 'node_modules/', pathNot: 'node_modules/(@types/)?(react|react-dom|wouter|@tanstack/react-query|@tanstack/query-core|openapi-fetch|echarts|vite|scheduler|csstype|zrender)/' } },
    { name: 'nest-at-the-edge', severity: 'error', comment: 'Nest lives in the composition root, the API and thin wrappers.', from: { path: production, pathNot: '^core/(app|api|persistence|scheduler)/' }, to: { path: 'node_modules/@nestjs/' } },
    { name: 'typeorm-in-persistence', severity: 'error', comment: 'TypeORM serves the host\'s own store and never a load path.', from: { path: production, pathNot: '^core/persistence/' }, to: { path: 'node_modules/(typeorm|@nestjs/typeorm)/' } },
    { name: 'traces-are-sent-in-one-place', severity: 'error', comment: 'Others know the API of OpenTelemetry alone, which does nothing where no traces are recorded.', from: { path: production, pathNot: '^core/app/tracing\\.ts$' }, to: { path: 'node_modules/@opentelemetry/(?!api/)' } },
    { name: 'pure-has-no-io', severity: 'error', comment: 'Protocol, engine, program and middleware do no I/O.', from: { path: '^core/(protocol|engine|program|middleware)/' }, to: { path: '^(node:)?(fs|http|https|net|child_process|worker_threads)' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'node', 'default'], extensions: ['.ts', '.tsx', '.js', '.json'] },
  },
};
