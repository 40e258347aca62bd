/** The first with all that is used here; the package brings one that fits, with which `npm run` and `npx` start. */
const NEEDED = 24;

if (Number.parseInt(process.versions.node, 10) < NEEDED) {
  process.stderr.write(
    `Tributary needs Node ${NEEDED} or newer, and this is ${process.versions.node} (${process.execPath}).\n` +
      `  Next: start it as \`npx tributary\` in the folder of the package, which brings a Node that fits, or by a newer one.\n`,
  );
  process.exit(2);
}
