import fc from "fast-check";
import { isRejection } from "@kernel/rejection";
import { administrators, type AdministratorsEvent } from "./administrators";

const { enter, strike } = administrators.commands;
const given = (...past: AdministratorsEvent[]) => past.reduce(administrators.evolve, administrators.initial("all"));
const entered = (userId: string): AdministratorsEvent => ({ type: "administrator.entered", userId });

test("the last one cannot be struck off", () => {
	expect(strike({ userId: "a", userVersion: 1 }, given(entered("a")))).toMatchObject({ rejected: "LAST_ADMINISTRATOR" });
	expect(strike({ userId: "a", userVersion: 1 }, given(entered("a"), entered("b")))).toEqual([
		{ type: "administrator.struck", userId: "a", userVersion: 1 },
	]);
});

test("an entry based on a version before the strike is ignored", () => {
	const past = given(entered("a"), entered("b"), { type: "administrator.struck", userId: "a", userVersion: 5 });
	expect(enter({ userId: "a", userVersion: 5 }, past)).toEqual([]);
	expect(enter({ userId: "a", userVersion: 6 }, past)).toEqual([entered("a")]);
});

test("the list never becomes empty", () => {
	const userId = fc.constantFrom("a", "b", "c");
	const step = fc.record({ command: fc.constantFrom("enter", "strike"), userId, userVersion: fc.nat(20) });
	fc.assert(
		fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
			let state = given(entered("a"));
			for (const { command, ...args } of steps) {
				const outcome = administrators.commands[command](args, state);
				if (!isRejection(outcome)) state = outcome.reduce(administrators.evolve, state);
				expect(Object.keys(state.active).length).toBeGreaterThan(0);
			}
		}),
	);
});
