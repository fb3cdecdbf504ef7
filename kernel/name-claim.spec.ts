import fc from "fast-check";
import { nameClaim, type Claim, type ClaimEvent } from "./name-claim";
import { isRejection } from "./rejection";

const { claim, take, release } = nameClaim.commands;
const given = (...past: ClaimEvent[]): Claim => past.reduce(nameClaim.evolve, nameClaim.initial("handle:mug"));

const made: ClaimEvent = { type: "claim.made", owner: "prod_a" };
const released: ClaimEvent = { type: "claim.released", owner: "prod_a" };

describe("claim", () => {
	test("assigns a free name", () => {
		expect(claim({ owner: "prod_a" }, given())).toEqual([made]);
		expect(claim({ owner: "prod_a" }, given(made, released))).toEqual([made]);
	});
	test("is idempotent for the owner", () => {
		expect(claim({ owner: "prod_a" }, given(made))).toEqual([]);
	});
	test("rejects a name with another owner and returns that owner", () => {
		expect(claim({ owner: "prod_b" }, given(made))).toEqual({ rejected: "NAME_TAKEN", detail: { owner: "prod_a" } });
	});
});

describe("take", () => {
	test("transfers the name from the given owner", () => {
		expect(take({ owner: "prod_b", from: "prod_a" }, given(made))).toEqual([{ type: "claim.made", owner: "prod_b" }]);
	});
	test("assigns a name that has become free", () => {
		expect(take({ owner: "prod_b", from: "prod_a" }, given(made, released))).toHaveLength(1);
	});
	test("rejects if a third party owns the name", () => {
		expect(take({ owner: "prod_b", from: "prod_c" }, given(made))).toEqual({ rejected: "NAME_TAKEN", detail: { owner: "prod_a" } });
	});
});

test("release does not affect the name of another owner", () => {
	expect(release({ owner: "prod_b" }, given(made))).toEqual([]);
	expect(release({ owner: "prod_a" }, given(made))).toEqual([released]);
});

test("an owned name changes its owner only by its release or by a take that gives that owner", () => {
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
