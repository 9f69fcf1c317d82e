# %% name="ex_loss_wrong_total" exercise="loss" wrong="each row by itself"
def loss_of_batch(logits, one_hot):
    powers = np.exp(logits)
    return float(-np.sum(one_hot * np.log(powers / powers.sum()), axis=1).mean())


# %% name="ex_loss_wrong_sum" exercise="loss" wrong="sum over the pictures"
def loss_of_batch(logits, one_hot):
    powers = np.exp(logits)
    shares = powers / powers.sum(axis=1, keepdims=True)
    return float(-np.sum(one_hot * np.log(shares)))


# %% name="ex_loss_wrong_mean" exercise="loss" wrong="over all entries"
def loss_of_batch(logits, one_hot):
    powers = np.exp(logits)
    shares = powers / powers.sum(axis=1, keepdims=True)
    return float(-np.mean(one_hot * np.log(shares)))


# %% name="ex_loss_wrong_logits" exercise="loss" wrong="not probabilities yet"
def loss_of_batch(logits, one_hot):
    return float(-np.sum(one_hot * logits, axis=1).mean())


# %% name="ex_loss_wrong_sign" exercise="loss" wrong="minus"
def loss_of_batch(logits, one_hot):
    powers = np.exp(logits)
    shares = powers / powers.sum(axis=1, keepdims=True)
    return float(np.sum(one_hot * np.log(shares), axis=1).mean())


# %% name="ex_loss_wrong_clip" exercise="loss" wrong="Cut off no share"
def loss_of_batch(logits, one_hot):
    powers = np.exp(logits)
    shares = np.clip(powers / powers.sum(axis=1, keepdims=True), 1e-7, 1)
    return float(-np.sum(one_hot * np.log(shares), axis=1).mean())


# %% name="ex_loss_wrong_added" exercise="loss" wrong="Add nothing to a share"
def loss_of_batch(logits, one_hot):
    powers = np.exp(logits)
    shares = powers / powers.sum(axis=1, keepdims=True)
    return float(-np.sum(one_hot * np.log(shares + 1e-13), axis=1).mean())


# %% name="ex_loss_wrong_binary" exercise="loss" wrong="natural logarithm"
def loss_of_batch(logits, one_hot):
    powers = np.exp(logits)
    shares = powers / powers.sum(axis=1, keepdims=True)
    return float(-np.sum(one_hot * np.log2(shares), axis=1).mean())


# %% name="ex_loss_wrong_each" exercise="loss" wrong="Return one number"
def loss_of_batch(logits, one_hot):
    powers = np.exp(logits)
    shares = powers / powers.sum(axis=1, keepdims=True)
    return -np.sum(one_hot * np.log(shares), axis=1)


# %% name="ex_loss_wrong_columns" exercise="loss" wrong="For these two pictures"
def loss_of_batch(logits, one_hot):
    powers = np.exp(logits)
    shares = powers / powers.sum(axis=0, keepdims=True)
    return float(-np.sum(one_hot * np.log(shares), axis=1).mean())


# %% name="ex_loss_right_loop" exercise="loss" right="picture by picture"
def loss_of_batch(logits, one_hot):
    losses = []
    for row, label in zip(logits, one_hot, strict=True):
        shares = np.exp(row) / np.exp(row).sum()
        losses.append(-np.log(shares[label.argmax()]))
    return sum(losses) / len(losses)


# %% name="ex_loss_right_difference" exercise="loss" right="logarithm of the sum minus the right logit"
def loss_of_batch(logits, one_hot):
    largest = logits.max(axis=1)
    total = np.log(np.exp(logits - largest[:, None]).sum(axis=1)) + largest
    return np.mean(total - logits[one_hot == 1])


# %% name="ex_loss_right_keras" exercise="loss" right="the loss of Keras, a tensor"
def loss_of_batch(logits, one_hot):
    return keras.losses.CategoricalCrossentropy(from_logits=True)(one_hot, logits)


# %% name="ex_loss_right_tensor" exercise="loss" right="TensorFlow's log_softmax"
def loss_of_batch(logits, one_hot):
    return tf.reduce_mean(-tf.einsum("nc,nc->n", tf.nn.log_softmax(logits), one_hot)).numpy()


# %% name="ex_momentum_wrong_plain" exercise="momentum" wrong="The step before is forgotten"
def one_step(place, step, gradient, learning_rate, momentum):
    step = -learning_rate * gradient
    return place + step, step


# %% name="ex_momentum_wrong_uphill" exercise="momentum" wrong="uphill"
def one_step(place, step, gradient, learning_rate, momentum):
    step = momentum * step + learning_rate * gradient
    return place + step, step


# %% name="ex_momentum_wrong_swapped" exercise="momentum" wrong="other way round"
def one_step(place, step, gradient, learning_rate, momentum):
    step = momentum * step - learning_rate * gradient
    return step, place + step


# %% name="ex_momentum_wrong_rate" exercise="momentum" wrong="Multiply only the gradient"
def one_step(place, step, gradient, learning_rate, momentum):
    step = learning_rate * (momentum * step - gradient)
    return place + step, step


# %% name="ex_momentum_wrong_old" exercise="momentum" wrong="You return the new step but"
def one_step(place, step, gradient, learning_rate, momentum):
    new_step = momentum * step - learning_rate * gradient
    return place + step, new_step


# %% name="ex_momentum_wrong_nesterov" exercise="momentum" wrong="not to [[0.96"
def one_step(place, step, gradient, learning_rate, momentum):
    step = momentum * step - learning_rate * gradient
    return place + momentum * step - learning_rate * gradient, step


# %% name="ex_momentum_wrong_velocity" exercise="momentum" wrong="A step is what is added"
def one_step(place, step, gradient, learning_rate, momentum):
    step = momentum * step + learning_rate * gradient
    return place - step, step


# %% name="ex_momentum_wrong_changed" exercise="momentum" wrong="changes `place`"
def one_step(place, step, gradient, learning_rate, momentum):
    step = momentum * step - learning_rate * gradient
    place += step
    return place, step


# %% name="ex_momentum_wrong_rounded" exercise="momentum" wrong="SGD of Keras comes to"
def one_step(place, step, gradient, learning_rate, momentum):
    step = momentum * step - learning_rate * gradient
    return np.round(place + step, 5), np.round(step, 5)


# %% name="ex_momentum_wrong_average" exercise="momentum" wrong="not to [[1.36"
def one_step(place, step, gradient, learning_rate, momentum):
    step = momentum * step - (1 - momentum) * learning_rate * gradient
    return place + step, step


# %% name="ex_momentum_wrong_place" exercise="momentum" wrong="two arrays"
def one_step(place, step, gradient, learning_rate, momentum):
    return place + momentum * step - learning_rate * gradient


# %% name="ex_momentum_right_loop" exercise="momentum" right="number by number"
def one_step(place, step, gradient, learning_rate, momentum):
    new_place, new_step = np.array(place), np.array(step)
    for where in np.ndindex(place.shape):
        new_step[where] = momentum * step[where] - learning_rate * gradient[where]
        new_place[where] = place[where] + new_step[where]
    return [new_place, new_step]


# %% name="ex_momentum_right_two_parts" exercise="momentum" right="place first, the step from it; one array"
def one_step(place, step, gradient, learning_rate, momentum):
    there = place - learning_rate * gradient + momentum * step
    return np.stack([there, there - place])


# %% name="ex_momentum_right_keras" exercise="momentum" right="the optimizer of Keras"
def one_step(place, step, gradient, learning_rate, momentum):
    variable = keras.Variable(place)
    sgd = keras.optimizers.SGD(learning_rate, momentum or 1e-30)
    sgd.build([variable])
    sgd.momentums[0].assign(step)
    sgd.apply([tf.constant(gradient, "float32")], [variable])
    return variable.numpy(), sgd.momentums[0].numpy()


# %% name="ex_momentum_right_tensor" exercise="momentum" right="tensors"
def one_step(place, step, gradient, learning_rate, momentum):
    place, step, gradient = (tf.cast(part, tf.float64) for part in (place, step, gradient))
    step = tf.subtract(tf.multiply(step, momentum), tf.multiply(gradient, learning_rate))
    return tf.add(place, step), step


# %% name="ex_steps_wrong_one" exercise="steps" wrong="for a single replica"
def steps_and_rest(pictures, per_replica, replicas):
    return divmod(pictures, per_replica)


# %% name="ex_steps_wrong_up" exercise="steps" wrong="which is not full"
def steps_and_rest(pictures, per_replica, replicas):
    steps = -(-pictures // (per_replica * replicas))
    return steps, pictures % (per_replica * replicas)


# %% name="ex_steps_wrong_share" exercise="steps" wrong="each replica"
def steps_and_rest(pictures, per_replica, replicas):
    return divmod(pictures // replicas, per_replica)


# %% name="ex_steps_wrong_swapped" exercise="steps" wrong="steps first"
def steps_and_rest(pictures, per_replica, replicas):
    steps, rest = divmod(pictures, per_replica * replicas)
    return rest, steps


# %% name="ex_steps_wrong_float" exercise="steps" wrong="whole numbers"
def steps_and_rest(pictures, per_replica, replicas):
    return pictures / (per_replica * replicas), 0


# %% name="ex_steps_wrong_missing" exercise="steps" wrong="you return (11, 136)"
def steps_and_rest(pictures, per_replica, replicas):
    batch = per_replica * replicas
    return pictures // batch, batch - pictures % batch


# %% name="ex_steps_wrong_ends" exercise="steps" wrong="12800123 pictures"
def steps_and_rest(pictures, per_replica, replicas):
    steps = 0
    while pictures >= per_replica * replicas and steps < 90_000:
        pictures -= per_replica * replicas
        steps += 1
    return steps, pictures


# %% name="ex_steps_wrong_missing_but" exercise="steps" wrong="64 pictures, 32 for each of 2"
def steps_and_rest(pictures, per_replica, replicas):
    batch = per_replica * replicas
    steps = (pictures - 1) // batch
    return steps, pictures - steps * batch


# %% name="ex_steps_wrong_never" exercise="steps" wrong="63 pictures"
def steps_and_rest(pictures, per_replica, replicas):
    steps = max(1, pictures // (per_replica * replicas))
    return steps, pictures - steps * per_replica * replicas


# %% name="ex_steps_wrong_only" exercise="steps" wrong="Return two numbers"
def steps_and_rest(pictures, per_replica, replicas):
    return pictures // (per_replica * replicas)


# %% name="ex_steps_right_operators" exercise="steps" right="// and %, a list"
def steps_and_rest(pictures, per_replica, replicas):
    batch = per_replica * replicas
    return [pictures // batch, pictures % batch]


# %% name="ex_steps_right_loop" exercise="steps" right="takes away batch after batch"
def steps_and_rest(pictures, per_replica, replicas):
    steps = 0
    while pictures >= per_replica * replicas:
        steps, pictures = steps + 1, pictures - per_replica * replicas
    return steps, pictures


# %% name="ex_steps_right_array" exercise="steps" right="np.divmod, an array"
def steps_and_rest(pictures, per_replica, replicas):
    return np.array(np.divmod(pictures, per_replica * replicas))


# %% name="ex_steps_right_float" exercise="steps" right="floats that are whole numbers"
def steps_and_rest(pictures, per_replica, replicas):
    steps = np.floor(pictures / (per_replica * replicas))
    return steps, pictures - steps * per_replica * replicas


# %% name="ex_pipeline_wrong_rest" exercise="pipeline" wrong="drop_remainder"
def one_hot_batches(examples, batch):
    examples = examples.map(lambda p, label: (tf.cast(p, tf.float32), tf.one_hot(label, 5)))
    return examples.batch(batch)


# %% name="ex_pipeline_wrong_fifty" exercise="pipeline" wrong="130 pictures in batches of 9"
def one_hot_batches(examples, batch):
    def convert(picture, label):
        return tf.cast(picture, tf.float32), tf.one_hot(label, 5)

    return examples.take(50).map(convert).batch(batch, drop_remainder=True)


# %% name="ex_pipeline_wrong_scaled" exercise="pipeline" wrong="still 0…255"
def one_hot_batches(examples, batch):
    examples = examples.map(lambda p, label: (tf.cast(p, tf.float32) / 255, tf.one_hot(label, 5)))
    return examples.batch(batch, drop_remainder=True)


# %% name="ex_pipeline_wrong_labels" exercise="pipeline" wrong="labels should have the shape"
def one_hot_batches(examples, batch):
    examples = examples.map(lambda p, label: (tf.cast(p, tf.float32), label))
    return examples.batch(batch, drop_remainder=True)


# %% name="ex_pipeline_wrong_bytes" exercise="pipeline" wrong="pictures should be float32"
def one_hot_batches(examples, batch):
    examples = examples.map(lambda p, label: (p, tf.one_hot(label, 5)))
    return examples.batch(batch, drop_remainder=True)


# %% name="ex_pipeline_wrong_single" exercise="pipeline" wrong="single pictures"
def one_hot_batches(examples, batch):
    return examples.map(lambda p, label: (tf.cast(p, tf.float32), tf.one_hot(label, 5)))


# %% name="ex_pipeline_wrong_order" exercise="pipeline" wrong="in the same order"
def one_hot_batches(examples, batch):
    examples = examples.shuffle(1000, seed=1)
    examples = examples.map(lambda p, label: (tf.cast(p, tf.float32), tf.one_hot(label, 5)))
    return examples.batch(batch, drop_remainder=True)


# %% name="ex_pipeline_wrong_endless" exercise="pipeline" wrong="no repeat()"
def one_hot_batches(examples, batch):
    examples = examples.map(lambda p, label: (tf.cast(p, tf.float32), tf.one_hot(label, 5)))
    return examples.repeat().batch(batch, drop_remainder=True)


# %% name="ex_pipeline_wrong_fixed" exercise="pipeline" wrong="Your dataset is empty"
def one_hot_batches(examples, batch):
    examples = examples.map(lambda p, label: (tf.cast(p, tf.float32), tf.one_hot(label, 5)))
    return examples.batch(32, drop_remainder=True)


# %% name="ex_pipeline_wrong_swapped" exercise="pipeline" wrong="a pair"
def one_hot_batches(examples, batch):
    examples = examples.map(
        lambda p, label: {"picture": tf.cast(p, tf.float32), "label": tf.one_hot(label, 5)}
    )
    return examples.batch(batch, drop_remainder=True)


# %% name="ex_pipeline_wrong_doubles" exercise="pipeline" wrong="keep it"
def one_hot_batches(examples, batch):
    rows = tf.constant(np.eye(5))
    examples = examples.map(lambda p, label: (tf.cast(p, tf.float32), tf.gather(rows, label)))
    return examples.batch(batch, drop_remainder=True)


# %% name="ex_pipeline_right_batch_first" exercise="pipeline" right="batches first, then converts"
def one_hot_batches(examples, batch):
    batches = examples.batch(batch, drop_remainder=True)
    return batches.map(lambda p, labels: (tf.cast(p, "float32"), tf.one_hot(labels, depth=5)))


# %% name="ex_pipeline_right_ops" exercise="pipeline" right="keras.ops, two maps"
def one_hot_batches(examples, batch):
    examples = examples.map(lambda p, label: (keras.ops.cast(p, "float32"), label))
    examples = examples.map(lambda p, label: (p, keras.ops.one_hot(label, 5)))
    return examples.prefetch(1).batch(batch, drop_remainder=True)


# %% name="ex_pipeline_right_rows" exercise="pipeline" right="two datasets, zipped"
def one_hot_batches(examples, batch):
    rows = tf.eye(5)
    pictures = examples.map(lambda p, label: tf.cast(p, tf.float32))
    labels = examples.map(lambda p, label: tf.gather(rows, label))
    return tf.data.Dataset.zip((pictures, labels)).batch(batch, True).cache()


# %% name="ex_pipeline_right_full" exercise="pipeline" right="keeps the batches that are full"
def one_hot_batches(examples, batch):
    examples = examples.batch(batch).filter(lambda p, labels: tf.shape(labels)[0] == batch)

    def convert(pictures, labels):
        return tf.cast(pictures, tf.float32), tf.cast(
            labels[:, None] == tf.range(5, dtype="int64"), "float32"
        )

    return examples.map(convert)


# %% name="ex_schedule_wrong_jump" exercise="schedule" wrong="in equal steps"
def rate_of_epoch(epoch, low, high, warm):
    return low if epoch < warm else high * 0.8 ** (epoch - warm)


# %% name="ex_schedule_wrong_zero" exercise="schedule" wrong="In epoch 0"
def rate_of_epoch(epoch, low, high, warm):
    return high * epoch / warm if epoch <= warm else high * 0.8 ** (epoch - warm)


# %% name="ex_schedule_wrong_flat" exercise="schedule" wrong="0.8 of the rate before"
def rate_of_epoch(epoch, low, high, warm):
    return low + (high - low) * min(epoch, warm) / warm


# %% name="ex_schedule_wrong_early" exercise="schedule" wrong="counts from epoch 0"
def rate_of_epoch(epoch, low, high, warm):
    return low + (high - low) * epoch / warm if epoch <= warm else high * 0.8**epoch


# %% name="ex_schedule_wrong_once" exercise="schedule" wrong="only once"
def rate_of_epoch(epoch, low, high, warm):
    return low + (high - low) * epoch / warm if epoch <= warm else high * 0.8


# %% name="ex_schedule_wrong_end" exercise="schedule" wrong="From 1 to 2 with 1 epochs"
def rate_of_epoch(epoch, low, high, warm):
    if epoch > 30:
        return 0.0
    return low + (high - low) * epoch / warm if epoch <= warm else high * 0.8 ** (epoch - warm)


# %% name="ex_schedule_wrong_texts" exercise="schedule" wrong="not a string"
def rate_of_epoch(epoch, low, high, warm):
    if epoch <= warm:
        return str(low + (high - low) * epoch / warm)
    return str(high * 0.8 ** (epoch - warm))


# %% name="ex_schedule_wrong_state" exercise="schedule" wrong="From 0.1 to 0.5"
def rate_of_epoch(epoch, low, high, warm):
    global rate_before
    rate_before = low if epoch == 0 else rate_before
    if 0 < epoch <= warm:
        rate_before = rate_before + (high - low) / warm
    if epoch > warm:
        rate_before = rate_before * 0.8
    return rate_before


# %% name="ex_schedule_wrong_line" exercise="schedule" wrong="not to [4.0, 3.0]"
def rate_of_epoch(epoch, low, high, warm):
    if epoch <= warm:
        return low + (high - low) * epoch / warm
    return high * (1 - 0.2 * (epoch - warm))


# %% name="ex_schedule_wrong_whole" exercise="schedule" wrong="From 0.0 to 1.0"
def rate_of_epoch(epoch, low, high, warm):
    if epoch <= warm:
        return (
            low + (high - low) / warm * round(epoch / warm) * warm
            if warm > 2
            else (low + (high - low) * epoch / warm)
        )
    return high * 0.8 ** (epoch - warm)


# %% name="ex_schedule_right_loop" exercise="schedule" right="epoch by epoch"
def rate_of_epoch(epoch, low, high, warm):
    rate = low
    for number in range(1, epoch + 1):
        rate = rate + (high - low) / warm if number <= warm else rate * 0.8
    return rate


# %% name="ex_schedule_right_interp" exercise="schedule" right="np.interp, times a power"
def rate_of_epoch(epoch, low, high, warm):
    return np.interp(epoch, [0, warm], [low, high]) * 0.8 ** max(0, epoch - warm)


# %% name="ex_schedule_right_recursive" exercise="schedule" right="asks for the epoch before"
def rate_of_epoch(epoch, low, high, warm):
    if epoch > warm:
        return 0.8 * rate_of_epoch(epoch - 1, low, high, warm)
    share = epoch / warm
    return (1 - share) * low + share * high


# %% name="ex_schedule_right_table" exercise="schedule" right="a table, and tensors"
def rate_of_epoch(epoch, low, high, warm):
    falling = tf.constant(0.8, tf.float64) ** tf.range(1, epoch + 2, dtype=tf.float64)
    rates = tf.concat([tf.linspace(float(low), float(high), warm + 1)], axis=0)
    rates = tf.concat([tf.cast(rates, tf.float64), high * falling], axis=0)
    return rates[epoch]
