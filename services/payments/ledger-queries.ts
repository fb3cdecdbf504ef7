import { Type } from "@sinclair/typebox";
import { rfc3339 } from "@kernel/clock";
import { money } from "@kernel/money";
import { reject } from "@kernel/rejection";
import { decodeCursor, encodeCursor } from "@mixins/service/cursor";
import type { Handlers } from "@mixins/service/define-service";
import type { Payments } from "./payments.contract";
import type { TestProvider } from "./providers/test-provider";

const Cursor = Type.Object({ value: Type.Number(), id: Type.String(), read: Type.Integer() });

/** Queries on the ledger of the test provider. */
export const ledgerQueries = (test: TestProvider) =>
	({
		ledger: async ({ limit = 20, cursor, orderId }) => {
			const after = cursor === undefined ? undefined : decodeCursor(cursor, Cursor);
			if (cursor !== undefined && !after)
				return reject("VALIDATION_FAILED", { errors: [{ path: "/cursor", message: "is not a valid cursor for this list" }] });
			const { entries, next } = await test.ledger({ limit, orderId, after });
			return {
				items: entries.map(({ amount, currency, at, ...entry }) => ({
					...entry,
					amount: money(amount, currency),
					at: rfc3339(at),
				})),
				nextCursor: next && encodeCursor(next),
			};
		},
	}) satisfies Partial<Handlers<typeof Payments>>;
