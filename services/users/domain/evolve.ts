import { assertNever } from "@kernel/decider";
import type { SavedAddress, User, UserEvent } from "./model";

export const initial = (id: string): User => ({
	id,
	status: "new",
	email: "",
	name: "",
	role: "customer",
	emailVerified: false,
	disabled: false,
	passwordHash: "",
	stamp: 0,
	addresses: [],
	nextSequence: 1,
	createdAt: 0,
	repeatedAt: 0,
});

const indexOf = ({ addresses }: User, id: string): number => {
	const index = addresses.findIndex((address) => address.id === id);
	if (index < 0) throw new Error(`address not found: ${id}`);
	return index;
};

export const evolve = (state: User, event: UserEvent): User => {
	switch (event.type) {
		case "user.registered": {
			const { email, name, locale, role, emailVerified, passwordHash, at } = event;
			return Object.assign(state, {
				status: "active",
				email,
				name,
				...(locale !== undefined && { locale }),
				role,
				emailVerified,
				passwordHash,
				createdAt: at,
			} satisfies Partial<User>);
		}
		case "user.abandoned":
			state.status = "abandoned";
			return state;
		case "user.registrationRepeated":
			state.repeatedAt = event.at;
			return state;
		case "user.passwordSet":
		case "user.passwordRehashed":
			state.passwordHash = event.passwordHash;
			return state;
		case "user.renamed":
			state.name = event.name;
			return state;
		case "user.localeChanged":
			state.locale = event.locale;
			return state;
		case "user.emailVerified":
			state.emailVerified = true;
			return state;
		case "user.roleChanged":
			state.role = event.role;
			return state;
		case "user.disabled":
			state.disabled = true;
			return state;
		case "user.enabled":
			state.disabled = false;
			return state;
		case "user.addressKept":
			state.addresses.push(event.address);
			state.nextSequence = event.address.sequence + 1;
			return state;
		case "user.addressChanged":
			state.addresses[indexOf(state, event.address.id)] = event.address;
			return state;
		case "user.addressRemoved":
			state.addresses.splice(indexOf(state, event.addressId), 1);
			return state;
		case "user.secured":
			state.stamp = event.stamp;
			return state;
		case "user.deleted":
			return Object.assign(state, {
				status: "deleted",
				email: "",
				name: "",
				passwordHash: "",
				addresses: [],
				emailVerified: false,
			} satisfies Partial<User>);
		default:
			return assertNever(event);
	}
};

const eraseAddress = ({ id, sequence }: SavedAddress): SavedAddress => ({ id, sequence, name: "", line1: "", city: "", country: "" });

/** The event without personal data, as it stays in the journal of a deleted account. Replaying the erased journal gives the same state. */
export const erased = (event: UserEvent): UserEvent => {
	switch (event.type) {
		case "user.registered":
			return { ...event, email: "", name: "", passwordHash: "" };
		case "user.passwordSet":
		case "user.passwordRehashed":
			return { ...event, passwordHash: "" };
		case "user.renamed":
			return { ...event, name: "" };
		case "user.addressKept":
		case "user.addressChanged":
			return { ...event, address: eraseAddress(event.address) };
		case "user.abandoned":
		case "user.registrationRepeated":
		case "user.localeChanged":
		case "user.emailVerified":
		case "user.roleChanged":
		case "user.disabled":
		case "user.enabled":
		case "user.addressRemoved":
		case "user.secured":
		case "user.deleted":
			return event;
	}
};
