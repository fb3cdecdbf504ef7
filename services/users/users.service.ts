import type { Service, ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { subscription } from "@mixins/events/event-bus";
import { becauseOf } from "@mixins/service/request";
import { service } from "@mixins/service/define-service";
import { administration as makeAdministration } from "./last-administrator-guard";
import { credentials } from "./credential-actions";
import { directory } from "./context";
import { erasure } from "./erasure";
import { firstAdministrator } from "./first-administrator";
import { hasher as makeHasher } from "./password-hashing";
import { me } from "./account-actions";
import { staff } from "./staff-actions";
import { UserEvents, Users } from "./users.contract";

export const users = (runtime: Runtime): ServiceSchema => {
	const { clock, bus, settings } = runtime;
	const store = runtime.store("users");
	const home = directory(store);
	const administration = makeAdministration(home, store);
	const hasher = makeHasher();
	const erase = erasure(home);
	let running: Service | undefined;

	return service(
		"users",
		Users,
		{
			...credentials(home, hasher),
			...me(home, administration, erase),
			...staff(home, administration),
			ensureAdmin: (_, request) => firstAdministrator(home, administration, hasher, settings)(request),
		},
		{
			clock,
			bus,
			started: (service) => {
				running = service;
			},
			subscriptions: [
				subscription({
					name: "users.erasure",
					event: UserEvents.secured,
					handle: async (event) => {
						if (event.data.reason === "deleted" && running)
							await erase(becauseOf(running.broker, "users.erasure", event, clock()), event.data.userId);
					},
				}),
			],
		},
	);
};
