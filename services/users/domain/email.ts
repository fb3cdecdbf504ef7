import { createHash } from "node:crypto";

/** Two spellings of one address are one account. */
export const normalEmail = (email: string): string => email.trim().toLowerCase();

/** The name under which an address is claimed: a hash, so that nothing of the address stays behind in the claim's journal. */
export const emailClaim = (email: string): string => `email:${createHash("sha256").update(normalEmail(email)).digest("hex")}`;
