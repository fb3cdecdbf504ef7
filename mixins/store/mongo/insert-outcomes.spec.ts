import { mongo } from "mongoose";
import { outcomesOf } from "./insert-outcomes";

interface Told {
	readonly inserted: number;
	readonly errors?: readonly { readonly index: number; readonly code: number }[];
	readonly concern?: boolean;
}

const failure = ({ inserted, errors = [], concern = false }: Told) =>
	new mongo.MongoBulkWriteError({ message: "failed", code: errors[0]?.code ?? 64, writeErrors: errors as never }, {
		insertedCount: inserted,
		getWriteConcernError: () => (concern ? {} : undefined),
	} as never);

const TAKEN = 11_000;

test.each<[string, Told, string[]]>([
	["another was first with one", { inserted: 2, errors: [{ index: 1, code: TAKEN }] }, ["written", "taken", "written"]],
	[
		"another was first with all",
		{ inserted: 0, errors: [0, 1, 2].map((index) => ({ index, code: TAKEN })) },
		["taken", "taken", "taken"],
	],
	[
		"another error besides",
		{
			inserted: 1,
			errors: [
				{ index: 0, code: TAKEN },
				{ index: 2, code: 121 },
			],
		},
		["taken", "unknown", "unknown"],
	],
	[
		"a command that failed, told as an error of its first record",
		{ inserted: 0, errors: [{ index: 0, code: 10_107 }] },
		["unknown", "unknown", "unknown"],
	],
	["no majority confirmed", { inserted: 0 }, ["unknown", "unknown", "unknown"]],
	[
		"no majority confirmed, and another was first with one",
		{ inserted: 2, errors: [{ index: 1, code: TAKEN }], concern: true },
		["unknown", "taken", "unknown"],
	],
	["fewer were counted than sent", { inserted: 1, errors: [{ index: 1, code: TAKEN }] }, ["unknown", "taken", "unknown"]],
])("%s", (_, told, expected) => {
	expect(outcomesOf(failure(told), 3)).toEqual(expected);
});

test("a lost connection leaves all unknown", () => {
	expect(outcomesOf(new mongo.MongoNetworkError("gone"), 2)).toEqual(["unknown", "unknown"]);
});
