/**
 * Preloaded before the program by the campaign only. The bus publishes events again, late and out of order, as a broker may after it lost
 * an acknowledgement. Consumers must tolerate it.
 */
import type { CloudEvent } from "@kernel/cloud-event";
import type { EventBus } from "@mixins/events/event-bus";
import { seededRandom } from "../seeded-random";

const REMEMBERED = 200;
const TWICE = 0.15;
const LATER = 0.1;
const LATER_MS = 3_000;

const random = seededRandom(`${process.env["FAULTS_SEED"] ?? ""}/echoes/${process.pid}`);

/** Ignores a failed duplicate, which must not fail the original publication. */
const quietly = (work: Promise<void>): void => void work.catch(() => undefined);

const withEchoes = <Bus extends EventBus>(bus: Bus): Bus => {
	const said: CloudEvent[] = [];
	const { publish } = bus;
	return {
		...bus,
		async publish(events: readonly CloudEvent[]) {
			await publish.call(bus, events);
			said.push(...events);
			said.splice(0, Math.max(0, said.length - REMEMBERED));
			const again = events.filter(() => random.of(TWICE));
			if (again.length > 0) quietly(publish.call(bus, again));
			if (said.length > 0 && random.of(LATER)) {
				const old = Array.from({ length: random.int(1, 8) }, () => random.pick(said));
				setTimeout(
					() => {
						quietly(publish.call(bus, old));
					},
					random.int(100, LATER_MS),
				).unref();
			}
		},
	};
};

type Factory = (...args: never[]) => EventBus;

/** The modules that create a bus, with their factory functions. */
const FACTORIES = [
	["../../mixins/events/local-bus", "localBus"],
	["../../mixins/events/rabbit", "rabbitBus"],
] as const;

for (const [path, name] of FACTORIES) {
	// The patched module must be the same instance that the program loads.
	// eslint-disable-next-line @typescript-eslint/no-require-imports
	const module = require(path) as Record<string, Factory>;
	const make = module[name];
	if (!make) throw new Error(`${path} makes no ${name}: the campaign does not fit the program`);
	module[name] = (...args) => withEchoes(make(...args));
}
