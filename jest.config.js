/** One runner for unit, contract, integration and fault tests; ES modules through SWC. */
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { swcrc: false, sourceMaps: 'inline', jsc: { target: 'es2023', parser: { syntax: 'typescript', decorators: true }, transform: { legacyDecorator: true, decoratorMetadata: true }, keepClassNames: true }, module: { type: 'es6' } }] },
  moduleNameMapper: {
    '^tributary/sdk$': '<rootDir>/core/sdk/index.ts',
    '^tributary/sdk/(.*)$': '<rootDir>/core/sdk/$1/index.ts',
    '^#sdk$': '<rootDir>/core/sdk/index.ts',
    '^#sdk/(.*)$': '<rootDir>/core/sdk/$1/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  setupFiles: ['<rootDir>/test/support/rights-of-new-files.ts'],
  testTimeout: 300_000,
  // Twice the two cores that there may be: the slow files use about half a core each, since they wait for processes, leases and disks.
  maxWorkers: 4,
  testSequencer: '<rootDir>/jest.sequencer.js',
};
