import fc from "fast-check";
import { Errors } from "moleculer";
import { ERRORS, type ErrorCode } from "@kernel/errors";
import { serviceError } from "@mixins/errors/service-errors";
import { backoffMs } from "./backoff";
import { bulkhead } from "./bulkhead";
import { circuit, type CircuitState } from "./circuit-breaker";
import { retryBudget } from "./retry-budget";
import { asUnavailable, isEndpointFault, unavailable, type CallError } from "./unavailable";

describe("the retry budget", () => {
	const options = { perCall: 0.1, perSecond: 1, most: 20 };
	const history = fc.array(fc.record({ calls: fc.nat(50), wants: fc.nat(50), afterMs: fc.nat(5_000) }), { maxLength: 40 });

	test("limits retries to a share of the calls, a rate per second and the initial amount", () => {
		fc.assert(
			fc.property(history, (steps) => {
				const budget = retryBudget(options, 1_000);
				let [now, calls, spent] = [1_000, 0, 0];
				for (const step of steps) {
					now += step.afterMs;
					for (let call = 0; call < step.calls; call++) budget.earn();
					calls += step.calls;
					for (let want = 0; want < step.wants; want++) if (budget.spend(now)) spent += 1;
					expect(spent).toBeLessThanOrEqual(
						options.most + calls * options.perCall + ((now - 1_000) / 1_000) * options.perSecond + 1e-6,
					);
				}
			}),
		);
	});

	test("does not exceed its maximum, and earns nothing if the clock goes back", () => {
		const budget = retryBudget({ perCall: 1, perSecond: 1, most: 3 }, 0);
		for (let call = 0; call < 100; call++) budget.earn();
		expect([1, 2, 3, 4].map(() => budget.spend(1_000_000))).toEqual([true, true, true, false]);
		expect(budget.spend(0)).toBe(false);
		expect(budget.spend(1_000_999)).toBe(false);
		expect(budget.spend(1_001_000)).toBe(true);
	});
});

test("retry delays grow up to a limit, and half of each is random", () => {
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (retry, chance) => {
			const wait = backoffMs(retry, chance);
			expect(wait).toBeGreaterThanOrEqual(backoffMs(retry, 0));
			expect(wait).toBeLessThanOrEqual(2 * backoffMs(retry, 0));
			expect(wait).toBeLessThanOrEqual(1_000);
			expect(backoffMs(retry + 1, 0)).toBeGreaterThanOrEqual(backoffMs(retry, 0));
		}),
	);
	expect([1, 2, 3].map((retry) => backoffMs(retry, 0))).toEqual([25, 50, 100]);
});

describe("a circuit breaker", () => {
	const options = { threshold: 0.5, minCalls: 4, windowMs: 1_000, openMs: 100 };
	const watched = () => {
		const states: CircuitState[] = [];
		return { states, made: circuit((state) => states.push(state), options) };
	};
	const send = (made: ReturnType<typeof circuit>, failed: boolean, now = 0) => {
		made.end(failed, made.begin(), now);
	};

	test("opens after enough calls and failures within one window", () => {
		const { made } = watched();
		for (let call = 0; call < 3; call++) send(made, true);
		expect(made.state).toBe("closed");
		for (let call = 0; call < 3; call++) send(made, true, 1_500); // the next window
		expect(made.state).toBe("closed");
		send(made, false, 1_600);
		expect(made.state).toBe("closed"); // a success does not open the circuit
		send(made, true, 1_700);
		expect(made.state).toBe("open");
	});

	test("allows one probe, whose result decides", () => {
		const { made, states } = watched();
		for (let call = 0; call < 4; call++) send(made, true);
		const late = made.begin();
		made.tryAgain();
		const probe = made.begin();
		expect([late, probe, made.begin()]).toEqual([false, true, false]);
		made.end(false, late, 10); // began before the circuit opened, so it is ignored
		expect(made.state).toBe("probing");
		made.end(true, probe, 20);
		expect(made.state).toBe("open");
		made.tryAgain();
		made.end(false, made.begin(), 30);
		expect(states).toEqual(["open", "halfOpen", "probing", "open", "halfOpen", "probing", "closed"]);
		send(made, true, 40);
		expect(made.state).toBe("closed");
	});

	test("never opens below its failure threshold, and always allows another probe", () => {
		fc.assert(
			fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (outcomes) => {
				const { made } = watched();
				let [calls, failures] = [0, 0];
				for (const failed of outcomes) {
					send(made, failed);
					calls += 1;
					if (failed) failures += 1;
					if (made.state === "closed") continue;
					expect(failures / calls).toBeGreaterThanOrEqual(options.threshold);
					expect(calls).toBeGreaterThanOrEqual(options.minCalls);
					made.tryAgain();
					send(made, false);
					expect(made.state).toBe("closed");
					[calls, failures] = [0, 0];
				}
			}),
		);
	});
});

test("a bulkhead respects its concurrency and order, and skips calls that gave up", () => {
	fc.assert(
		fc.property(
			fc.nat(4),
			fc.nat(5),
			fc.array(fc.constantFrom("enter", "leave", "giveUp"), { maxLength: 60 }),
			(more, queue, steps) => {
				const gate = bulkhead({ concurrency: more + 1, queue });
				let running = 0;
				let waiting: (() => void)[] = [];
				for (const step of steps) {
					if (step === "enter") {
						const [before, waits] = [running, waiting.length];
						const start = (): void => {
							running += 1;
							waiting = waiting.filter((other) => other !== start);
						};
						const taken = gate.enter(start);
						expect(taken).toBe(before <= more || waits < queue);
						if (taken && running === before) waiting.push(start);
					} else if (step === "giveUp") {
						const gone = waiting.shift();
						if (gone) gate.giveUp(gone);
					} else if (running > 0) {
						const [next] = waiting;
						running -= 1;
						gate.leave();
						if (next) expect(waiting).not.toContain(next);
					}
					expect(running).toBeLessThanOrEqual(more + 1);
					if (waiting.length > 0) expect(running).toBe(more + 1);
				}
			},
		),
	);
});

describe("endpoint faults", () => {
	const call = { nodeID: "there" };
	const isFault = (cause: unknown) => isEndpointFault(cause as CallError, "a.b", call);

	test.each<[string, unknown]>([
		["an unexpected error", new TypeError("x is undefined")],
		["a driver error", Object.assign(new Error("gone"), { type: "MongoNetworkError", code: 89 })],
		["INTERNAL", serviceError("INTERNAL")],
		["a timeout", new Errors.RequestTimeoutError({ action: "a.b", nodeID: "there" })],
		["an absent service", new Errors.ServiceNotAvailableError({ action: "a.b", nodeID: "there" })],
		["a returned request", new Errors.RequestRejectedError({ action: "a.b", nodeID: "there" })],
		["a lost connection", Reflect.construct(Errors.BrokerDisconnectedError, [])],
		["UNAVAILABLE with a reason", unavailable("a.b", "REQUEST_TIMEOUT", true)],
	])("include %s", (_, cause) => {
		expect(isFault(cause)).toBe(true);
	});

	test.each<[string, unknown]>([
		["a full queue", unavailable("a.b", "QUEUE_FULL", false)],
		["a caller without remaining time", new Errors.RequestSkippedError({ action: "a.b", nodeID: "there" })],
		["a timeout of another action", unavailable("c.d", "REQUEST_TIMEOUT", true)],
		["an error of a nested call", Object.assign(new TypeError("x"), { ctx: {} })],
		["an error of a third node", Object.assign(new TypeError("x"), { nodeID: "elsewhere" })],
	])("do not include %s", (_, cause) => {
		expect(isFault(cause)).toBe(false);
	});

	test("include no error code except INTERNAL", () => {
		const counted = (Object.keys(ERRORS) as ErrorCode[]).filter((code) => isFault(serviceError(code)));
		expect(counted).toEqual(["INTERNAL"]);
	});
});

test("Moleculer's unavailability errors become UNAVAILABLE, other errors are unchanged", () => {
	const convert = (cause: CallError) => {
		try {
			return asUnavailable(cause, { actionName: "a.b" });
		} catch (thrown) {
			return thrown;
		}
	};
	const absent = new Errors.ServiceNotFoundError({ action: "c.d" });
	expect(convert(absent)).toMatchObject({
		type: "UNAVAILABLE",
		code: 503,
		retryable: true,
		cause: absent,
		data: { action: "c.d", retryAfterSeconds: 1 },
	});
	expect(convert(Reflect.construct(Errors.BrokerDisconnectedError, []))).toMatchObject({
		data: { action: "a.b", reason: "BAD_GATEWAY" },
	});
	for (const other of [serviceError("OUT_OF_STOCK"), new TypeError("x"), serviceError("UNAVAILABLE")]) expect(convert(other)).toBe(other);
});
