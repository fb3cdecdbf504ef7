import fc from "fast-check";
import { nameClaim, type Claim, type ClaimEvent } from "./name-claim";
import { isRejection } from "./rejection";

const { claim, take, release } = nameClaim.commands;
const given = (...past: ClaimEvent[]): Claim => past.reduce(nameClaim.evolve, nameClaim.initial("handle:mug"));

const made: ClaimEvent = { type: "claim.made", owner: "prod_a" };
const released: ClaimEvent = { type: "claim.released", owner: "prod_a" };

describe("claim", () => {
	test("gives a free name", () => {
		expect(claim({ owner: "prod_a" }, given())).toEqual([made]);
		expect(claim({ owner: "prod_a" }, given(made, released))).toEqual([made]);
	});
	test("the second time, nothing happens", () => {
		expect(claim({ owner: "prod_a" }, given(made))).toEqual([]);
	});
	test("refuses a name that another has, and says who", () => {
		expect(claim({ owner: "prod_b" }, given(made))).toEqual({ rejected: "NAME_TAKEN", detail: { owner: "prod_a" } });
	});
});

describe("take", () => {
	test("gives the name of the one that was named", () => {
		expect(take({ owner: "prod_b", from: "prod_a" }, given(made))).toEqual([{ type: "claim.made", owner: "prod_b" }]);
	});
	test("gives a name that is free by now", () => {
		expect(take({ owner: "prod_b", from: "prod_a" }, given(made, released))).toHaveLength(1);
	});
	test("refuses where a third was faster", () => {
		expect(take({ owner: "prod_b", from: "prod_c" }, given(made))).toEqual({ rejected: "NAME_TAKEN", detail: { owner: "prod_a" } });
	});
});

test("release leaves the name of another alone", () => {
	expect(release({ owner: "prod_b" }, given(made))).toEqual([]);
	expect(release({ owner: "prod_a" }, given(made))).toEqual([released]);
});

test("a name changes hands only when its holder lets it go, or is named by who takes it", () => {
	const owner = fc.constantFrom("a", "b", "c");
	const step = fc.record({ command: fc.constantFrom("claim", "take", "release"), owner, from: owner });
	fc.assert(
		fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
			let state = nameClaim.initial("x");
			for (const { command, ...args } of steps) {
				const before = state.owner;
				const outcome = nameClaim.commands[command](args, state);
				state = isRejection(outcome) ? state : outcome.reduce(nameClaim.evolve, state);
				if (state.owner === before) continue;
				const allowed =
					command === "release" ? before === args.owner : before === null || (command === "take" && before === args.from);
				expect(allowed).toBe(true);
			}
		}),
	);
});
