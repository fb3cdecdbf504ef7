import type { Service, ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { subscription } from "@mixins/events/event-bus";
import { eventRequest } from "@mixins/service/request";
import { defineService } from "@mixins/service/define-service";
import { lastAdministratorGuard } from "./last-administrator-guard";
import { credentialActions } from "./credential-actions";
import { usersContext } from "./context";
import { erasure } from "./erasure";
import { firstAdministrator } from "./first-administrator";
import { passwordHasher } from "./password-hashing";
import { accountActions } from "./account-actions";
import { staffActions } from "./staff-actions";
import { UserEvents, Users } from "./users.contract";

export const users = (runtime: Runtime): ServiceSchema => {
	const { clock, bus, settings } = runtime;
	const store = runtime.store("users");
	const context = usersContext(store);
	const adminGuard = lastAdministratorGuard(context, store);
	const hasher = passwordHasher();
	const erase = erasure(context);
	let running: Service | undefined;

	return defineService(
		"users",
		Users,
		{
			...credentialActions(context, hasher),
			...accountActions(context, adminGuard, erase),
			...staffActions(context, adminGuard),
			ensureAdmin: (_, request) => firstAdministrator(context, adminGuard, hasher, settings)(request),
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
							await erase(eventRequest(running.broker, "users.erasure", event, clock()), event.data.userId);
					},
				}),
			],
		},
	);
};
