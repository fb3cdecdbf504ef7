import { ServiceBroker } from "moleculer";
import { startedBroker } from "./started-broker";

test("the broker is known from the start of the service on", () => {
	const known = startedBroker("carts");
	expect(() => known.get()).toThrow();
	const broker = new ServiceBroker({ logger: false });
	known.set(broker);
	expect(known.get()).toBe(broker);
});
