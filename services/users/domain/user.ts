import type { Role } from "@kernel/access";
import { addressErrors } from "@kernel/addresses";
import { decider } from "@kernel/decider";
import { reject } from "@kernel/rejection";
import { evolve, initial } from "./evolve";
import { versionOf, type Address, type Reason, type SavedAddress, type User, type UserEvent } from "./model";

export const MAX_ADDRESSES = 50;
/** The owner of an address is not told more often that somebody tried to register with it. */
const REPEATED_MS = 15 * 60_000;

const happened = (...events: UserEvent[]): readonly UserEvent[] => events;
const gone = () => reject("USER_NOT_FOUND");
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

/** Refused where another registration has taken the address over from this one, which it thought dead. */
const register = (registration: Registration, { id, status }: User) => {
	if (status === "abandoned" || status === "deleted") return gone();
	return status === "active" ? happened() : happened({ type: "user.registered", userId: id, ...registration });
};

/** For an id that holds the claim on an address and has not registered: from now on it cannot, so that its claim may be taken. */
const abandon = (_: object, { status }: User) => (status === "new" ? happened({ type: "user.abandoned" }) : happened());

const repeatRegistration = ({ at }: { at: number }, { id, status, repeatedAt }: User) => {
	if (status !== "active") return gone();
	return at - repeatedAt < REPEATED_MS ? happened() : happened({ type: "user.registrationRepeated", userId: id, at });
};

const setPassword = ({ passwordHash }: { passwordHash: string }, state: User) =>
	state.status === "active" ? happened({ type: "user.passwordSet", passwordHash }, secured(state, "passwordChanged")) : gone();

/** The same password under today's parameters; nothing where it has been changed since. */
const rehash = ({ from, passwordHash }: { from: string; passwordHash: string }, state: User) =>
	state.passwordHash === from && from !== "" ? happened({ type: "user.passwordRehashed", passwordHash }) : happened();

const changeDetails = ({ name, locale }: { name?: string | undefined; locale?: string | undefined }, state: User) => {
	if (state.status !== "active") return gone();
	return happened(
		...(name !== undefined && name !== state.name ? [{ type: "user.renamed", name } as const] : []),
		...(locale !== undefined && locale !== state.locale ? [{ type: "user.localeChanged", locale } as const] : []),
	);
};

const verifyEmail = ({ email }: { email: string }, state: User) => {
	if (state.status !== "active") return gone();
	if (email !== state.email) return reject("INVALID_CREDENTIALS");
	return state.emailVerified ? happened() : happened({ type: "user.emailVerified" });
};

const keepAddress = ({ id, address }: { id: string; address: Address }, state: User) => {
	if (state.status !== "active") return gone();
	if (state.addresses.some((kept) => kept.id === id)) return happened();
	const errors = addressErrors(address, "");
	if (errors.length > 0) return reject("VALIDATION_FAILED", { errors });
	if (state.addresses.length >= MAX_ADDRESSES)
		return reject("VALIDATION_FAILED", { errors: [{ path: "", message: `at most ${MAX_ADDRESSES} addresses can be saved` }] });
	return happened({ type: "user.addressKept", address: { ...address, id, sequence: state.nextSequence } });
};

/** @param expected the version that it must have; undefined: any */
const isStale = (kept: SavedAddress, expected: number | undefined): boolean => expected !== undefined && expected !== versionOf(kept);

const changeAddress = ({ id, patch, expected }: { id: string; patch: Partial<Address>; expected?: number | undefined }, state: User) => {
	if (state.status !== "active") return gone();
	const kept = state.addresses.find((address) => address.id === id);
	if (!kept) return reject("ADDRESS_NOT_FOUND");
	if (isStale(kept, expected)) return reject("PRECONDITION_FAILED");
	const address = { ...kept, ...patch, version: versionOf(kept) + 1 };
	const errors = addressErrors(address, "");
	return errors.length > 0 ? reject("VALIDATION_FAILED", { errors }) : happened({ type: "user.addressChanged", address });
};

const removeAddress = ({ id, expected }: { id: string; expected?: number | undefined }, state: User) => {
	if (state.status !== "active") return gone();
	const kept = state.addresses.find((address) => address.id === id);
	if (!kept) return reject("ADDRESS_NOT_FOUND");
	return isStale(kept, expected) ? reject("PRECONDITION_FAILED") : happened({ type: "user.addressRemoved", addressId: id });
};

/** A change of role ends sessions: what a token says of its holder is then no longer true. */
const administer = ({ role, disabled }: { role?: Role | undefined; disabled?: boolean | undefined }, state: User) => {
	if (state.status !== "active") return gone();
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
	state.status === "active" ? happened({ type: "user.deleted" }, secured(state, "deleted")) : gone();

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
