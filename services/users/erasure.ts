import { call } from "@kernel/contract";
import type { Request } from "@mixins/service/request";
import { Carts } from "@services/carts/carts.contract";
import type { UsersContext } from "./context";
import { emailClaim } from "./domain/email";
import { erased } from "./domain/evolve";

/** Erases the personal data of a deleted account from its journal, the e-mail claims and the carts. Idempotent. */
export type Erase = (request: Pick<Request, "caller" | "cause">, userId: string) => Promise<void>;

export const erasure =
	({ collection, actors, names }: UsersContext): Erase =>
	async ({ caller, cause }, userId) => {
		if ((await actors.read(userId, ({ status }) => status)) !== "deleted") return;
		for (const { events } of await collection.history(userId)) {
			for (const event of events)
				if (event.type === "user.registered" && event.email !== "") await names.release(emailClaim(event.email), userId, cause);
		}
		await collection.rewrite(userId, erased);
		await call(caller, Carts.forget, { userId });
	};
