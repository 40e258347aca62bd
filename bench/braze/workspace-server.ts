import { startBrazeSimulator } from '../../test/simulators/braze/server.js';

/** The simulated workspace as a process of its own, so that neither its work nor its memory is the connector's. Prints its address. */
const simulator = await startBrazeSimulator(JSON.parse(process.argv[2] ?? '{}'));
console.log(simulator.url);
