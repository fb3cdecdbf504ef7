import { Type } from "@sinclair/typebox";
import { rfc3339 } from "@kernel/clock";
import { money } from "@kernel/money";
import { decodeCursor, encodeCursor, invalidCursor } from "@mixins/service/cursor";
import type { Handlers } from "@mixins/service/define-service";
import type { Payments } from "./payments.contract";
import type { TestProvider } from "./providers/test-provider";

const Cursor = Type.Object({ value: Type.Number(), id: Type.String(), read: Type.Integer() });

/** Ledger of the test provider. */
export const ledgerQueries = (test: TestProvider) =>
	({
		ledger: async ({ limit = 20, cursor, orderId }) => {
			const after = cursor === undefined ? undefined : decodeCursor(cursor, Cursor);
			if (cursor !== undefined && !after) return invalidCursor();
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
