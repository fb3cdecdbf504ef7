import Redis from "ioredis";
import mongoose from "mongoose";
import { Connection } from "rabbitmq-client";
import { describeWith, engines, freshDatabase, freshNamespace, withDatabase } from "./support/engines";

describeWith("redis", "Redis", () => {
	test("answers, and evicts nothing", async () => {
		const redis = new Redis(engines().redisUrl!, { lazyConnect: true });
		await redis.connect();
		expect(await redis.ping()).toBe("PONG");
		expect(await redis.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
		redis.disconnect();
	});
});

describeWith("rabbitmq", "RabbitMQ", () => {
	test("confirms what a quorum queue holds, and delivers it", async () => {
		const connection = new Connection(engines().amqpUrl);
		const queue = freshNamespace();
		await connection.queueDeclare({ queue, durable: true, arguments: { "x-queue-type": "quorum" } });
		const publisher = connection.createPublisher({ confirm: true });
		await publisher.send({ routingKey: queue, durable: true }, "fact");
		expect((await connection.basicGet(queue))?.body).toBe("fact");
		await connection.queueDelete(queue);
		await publisher.close();
		await connection.close();
	});
});

describeWith("mongodb", "MongoDB", () => {
	test("is a replica set, whose majority confirms a write and which knows transactions", async () => {
		const client = await mongoose.mongo.MongoClient.connect(freshDatabase(engines().mongoUrl!));
		const orders = client.db().collection<{ _id: string }>("orders");
		await client.withSession((session) =>
			session.withTransaction(async () => {
				await orders.insertOne({ _id: "a" }, { session });
			}),
		);
		await orders.insertOne({ _id: "b" }, { writeConcern: { w: "majority", journal: true } });
		expect(await orders.countDocuments()).toBe(2);
		await client.db().dropDatabase();
		await client.close();
	});
});

test("names of tests' own are settings that the program takes, and never the same", () => {
	const names = [freshNamespace(), freshNamespace()];
	expect(new Set(names).size).toBe(2);
	for (const name of names) expect(name).toMatch(/^[\w-]{1,32}$/);
});

test.each([
	["mongodb://127.0.0.1:1/shop?replicaSet=r", "mongodb://127.0.0.1:1/x?replicaSet=r"],
	["mongodb://u:p@a:1,b:2,c:3/shop", "mongodb://u:p@a:1,b:2,c:3/x"],
	["mongodb://127.0.0.1:1/?directConnection=true", "mongodb://127.0.0.1:1/x?directConnection=true"],
	["mongodb+srv://host", "mongodb+srv://host/x"],
])("a database of %s", (url, expected) => {
	expect(withDatabase(url, "x")).toBe(expected);
	expect(freshDatabase(url)).not.toBe(freshDatabase(url));
});
