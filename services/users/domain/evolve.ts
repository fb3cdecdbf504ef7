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
			return {
				...state,
				status: "active",
				email,
				name,
				...(locale !== undefined && { locale }),
				role,
				emailVerified,
				passwordHash,
				createdAt: at,
			};
		}
		case "user.abandoned":
			return { ...state, status: "abandoned" };
		case "user.registrationRepeated":
			return { ...state, repeatedAt: event.at };
		case "user.passwordSet":
		case "user.passwordRehashed":
			return { ...state, passwordHash: event.passwordHash };
		case "user.renamed":
			return { ...state, name: event.name };
		case "user.localeChanged":
			return { ...state, locale: event.locale };
		case "user.emailVerified":
			return { ...state, emailVerified: true };
		case "user.roleChanged":
			return { ...state, role: event.role };
		case "user.disabled":
			return { ...state, disabled: true };
		case "user.enabled":
			return { ...state, disabled: false };
		case "user.addressKept":
			return { ...state, addresses: [...state.addresses, event.address], nextSequence: event.address.sequence + 1 };
		case "user.addressChanged":
			return { ...state, addresses: state.addresses.with(indexOf(state, event.address.id), event.address) };
		case "user.addressRemoved":
			return { ...state, addresses: state.addresses.toSpliced(indexOf(state, event.addressId), 1) };
		case "user.secured":
			return { ...state, stamp: event.stamp };
		case "user.deleted":
			return {
				...state,
				status: "deleted",
				email: "",
				name: "",
				passwordHash: "",
				addresses: [],
				emailVerified: false,
			};
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
