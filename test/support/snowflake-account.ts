/**
 * The options of a destination on a real account, where `SNOWFLAKE_TEST_ACCOUNT`, `_USERNAME`, `_PRIVATE_KEY` or `_PASSWORD` or `_OAUTH_TOKEN`, `_WAREHOUSE`,
 * `_DATABASE` and, if need be, `_ROLE`, `_PASSPHRASE` and `_ENDPOINT` say which; best a database for tests. Undefined without.
 */
const PREFIX = 'SNOWFLAKE_TEST_';

const given = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    name.startsWith(PREFIX) && value !== undefined && value !== ''
      ? [[name.slice(PREFIX.length).toLowerCase(), value]]
      : [],
  ),
);

export const liveAccount: Readonly<Record<string, string>> | undefined =
  given['account'] === undefined ? undefined : given;

/** The same as references to the variables, and these variables. */
export function byReference(config: Readonly<Record<string, string>>) {
  const names = Object.keys(config);
  return {
    config: Object.fromEntries(names.map((name) => [name, `\${env:${PREFIX}${name.toUpperCase()}}`])),
    env: Object.fromEntries(names.map((name) => [`${PREFIX}${name.toUpperCase()}`, config[name] as string])),
  };
}
