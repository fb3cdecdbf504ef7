import { recovery, RESET_MS, type Recovery, type RecoveryEvent } from "./recovery";

const { request, use, void: voidOlder } = recovery.commands;
const given = (...past: RecoveryEvent[]): Recovery => past.reduce(recovery.evolve, recovery.initial("usr_a"));
const asked = (requestId: string, at: number, stamp = 0): RecoveryEvent => ({
	type: "auth.passwordResetRequested",
	userId: "usr_a",
	requestId,
	stamp,
	at,
});
const invalid = { rejected: "INVALID_CREDENTIALS", detail: {} };

test("at most five resets per hour are requested, and the sixth is ignored without an error", () => {
	const command = { userId: "usr_a", requestId: "req_x", stamp: 0 };
	expect(request({ ...command, at: 1 }, given())).toEqual([asked("req_x", 1)]);
	const five = [1, 2, 3, 4, 5].map((at) => asked(`req_${at}`, at));
	expect(request({ ...command, at: 6 }, given(...five))).toEqual([]);
	expect(request({ ...command, at: 1 + RESET_MS }, given(...five))).toHaveLength(1);
});

describe("a reset", () => {
	test("can be used once", () => {
		expect(use({ requestId: "req_1", at: 2 }, given(asked("req_1", 1)))).toEqual([{ type: "recovery.used", requestId: "req_1" }]);
		expect(use({ requestId: "req_1", at: 2 }, given(asked("req_1", 1), { type: "recovery.used", requestId: "req_1" }))).toEqual(
			invalid,
		);
	});
	test("is valid for an hour", () => {
		expect(use({ requestId: "req_1", at: RESET_MS }, given(asked("req_1", 1)))).toHaveLength(1);
		expect(use({ requestId: "req_1", at: RESET_MS + 1 }, given(asked("req_1", 1)))).toEqual(invalid);
	});
	test("is invalid after a later request", () => {
		expect(use({ requestId: "req_1", at: 3 }, given(asked("req_1", 1), asked("req_2", 2)))).toEqual(invalid);
	});
	test("is invalid after a later password change, but not after an earlier one", () => {
		expect(voidOlder({ stamp: 1 }, given(asked("req_1", 1, 0)))).toEqual([{ type: "recovery.voided" }]);
		expect(voidOlder({ stamp: 1 }, given(asked("req_1", 1, 1)))).toEqual([]);
		expect(voidOlder({ stamp: 1 }, given())).toEqual([]);
	});
});
