import type { Role } from "@kernel/access";
import { addressErrors } from "@kernel/addresses";
import { decider } from "@kernel/decider";
import { reject } from "@kernel/rejection";
import { evolve, initial } from "./evolve";
import { versionOf, type Address, type Reason, type SavedAddress, type User, type UserEvent } from "./model";

export const MAX_ADDRESSES = 50;
/** Minimum interval between notifications of repeated registrations. */
const REPEAT_NOTICE_INTERVAL_MS = 15 * 60_000;

const happened = (...events: UserEvent[]): readonly UserEvent[] => events;
const notFound = () => reject("USER_NOT_FOUND");
const secured = ({ id, stamp }: User, reason: Reason): UserEvent => ({ type: "user.secured", userId: id, reason, stamp: stamp + 1 });

interface Registration {
	readonly email: string;
	readonly name: string;
	readonly locale?: string;
	readonly role: Role;
	readonly emailVerified: boolean;
	readonly passwordHash: string;
	readonly at: number;
}

/** Rejected if another registration has abandoned this id and taken over its address. */
const register = (registration: Registration, { id, status }: User) => {
	if (status === "abandoned" || status === "deleted") return notFound();
	return status === "active" ? happened() : happened({ type: "user.registered", userId: id, ...registration });
};

/** Prevents an id that owns the claim of an address from registering later, so that its claim can be taken over. */
const abandon = (_: object, { status }: User) => (status === "new" ? happened({ type: "user.abandoned" }) : happened());

const repeatRegistration = ({ at }: { at: number }, { id, status, repeatedAt }: User) => {
	if (status !== "active") return notFound();
	return at - repeatedAt < REPEAT_NOTICE_INTERVAL_MS ? happened() : happened({ type: "user.registrationRepeated", userId: id, at });
};

const setPassword = ({ passwordHash }: { passwordHash: string }, state: User) =>
	state.status === "active" ? happened({ type: "user.passwordSet", passwordHash }, secured(state, "passwordChanged")) : notFound();

/** Stores the same password with the current parameters. No effect if the password has changed since. */
const rehash = ({ from, passwordHash }: { from: string; passwordHash: string }, state: User) =>
	state.passwordHash === from && from !== "" ? happened({ type: "user.passwordRehashed", passwordHash }) : happened();

const changeDetails = ({ name, locale }: { name?: string | undefined; locale?: string | undefined }, state: User) => {
	if (state.status !== "active") return notFound();
	return happened(
		...(name !== undefined && name !== state.name ? [{ type: "user.renamed", name } as const] : []),
		...(locale !== undefined && locale !== state.locale ? [{ type: "user.localeChanged", locale } as const] : []),
	);
};

const verifyEmail = ({ email }: { email: string }, state: User) => {
	if (state.status !== "active") return notFound();
	if (email !== state.email) return reject("INVALID_CREDENTIALS");
	return state.emailVerified ? happened() : happened({ type: "user.emailVerified" });
};

const keepAddress = ({ id, address }: { id: string; address: Address }, state: User) => {
	if (state.status !== "active") return notFound();
	if (state.addresses.some((kept) => kept.id === id)) return happened();
	const errors = addressErrors(address, "");
	if (errors.length > 0) return reject("VALIDATION_FAILED", { errors });
	if (state.addresses.length >= MAX_ADDRESSES)
		return reject("VALIDATION_FAILED", { errors: [{ path: "", message: `at most ${MAX_ADDRESSES} addresses can be saved` }] });
	return happened({ type: "user.addressKept", address: { ...address, id, sequence: state.nextSequence } });
};

/** @param expected required version; undefined: any */
const isStale = (kept: SavedAddress, expected: number | undefined): boolean => expected !== undefined && expected !== versionOf(kept);

const changeAddress = ({ id, patch, expected }: { id: string; patch: Partial<Address>; expected?: number | undefined }, state: User) => {
	if (state.status !== "active") return notFound();
	const kept = state.addresses.find((address) => address.id === id);
	if (!kept) return reject("ADDRESS_NOT_FOUND");
	if (isStale(kept, expected)) return reject("PRECONDITION_FAILED");
	const address = { ...kept, ...patch, version: versionOf(kept) + 1 };
	const errors = addressErrors(address, "");
	return errors.length > 0 ? reject("VALIDATION_FAILED", { errors }) : happened({ type: "user.addressChanged", address });
};

const removeAddress = ({ id, expected }: { id: string; expected?: number | undefined }, state: User) => {
	if (state.status !== "active") return notFound();
	const kept = state.addresses.find((address) => address.id === id);
	if (!kept) return reject("ADDRESS_NOT_FOUND");
	return isStale(kept, expected) ? reject("PRECONDITION_FAILED") : happened({ type: "user.addressRemoved", addressId: id });
};

/** A change of role ends all sessions, because access tokens contain the role. */
const administer = ({ role, disabled }: { role?: Role | undefined; disabled?: boolean | undefined }, state: User) => {
	if (state.status !== "active") return notFound();
	const newRole = role !== undefined && role !== state.role;
	const ends = disabled === true && !state.disabled;
	return happened(
		...(newRole ? [{ type: "user.roleChanged", role } as const] : []),
		...(ends ? [{ type: "user.disabled" } as const] : []),
		...(disabled === false && state.disabled ? [{ type: "user.enabled" } as const] : []),
		...(newRole || ends ? [secured(state, ends ? "disabled" : "roleChanged")] : []),
	);
};

const remove = (_: object, state: User) =>
	state.status === "active" ? happened({ type: "user.deleted" }, secured(state, "deleted")) : notFound();

export const user = decider<User, UserEvent>()({
	initial,
	commands: {
		register,
		abandon,
		repeatRegistration,
		setPassword,
		rehash,
		changeDetails,
		verifyEmail,
		keepAddress,
		changeAddress,
		removeAddress,
		administer,
		remove,
	},
	evolve,
});
