# %% name="ex_loss_wrong_total" exercise="loss" wrong="each row for itself"
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


# %% name="ex_loss_wrong_logits" exercise="loss" wrong="no probabilities yet"
def loss_of_batch(logits, one_hot):
    return float(-np.sum(one_hot * logits, axis=1).mean())


# %% name="ex_loss_wrong_sign" exercise="loss" wrong="minus"
def loss_of_batch(logits, one_hot):
    powers = np.exp(logits)
    shares = powers / powers.sum(axis=1, keepdims=True)
    return float(np.sum(one_hot * np.log(shares), axis=1).mean())


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


# %% name="ex_momentum_wrong_rate" exercise="momentum" wrong="Only the gradient"
def one_step(place, step, gradient, learning_rate, momentum):
    step = learning_rate * (momentum * step - gradient)
    return place + step, step


# %% name="ex_momentum_wrong_old" exercise="momentum" wrong="The new step is kept, but"
def one_step(place, step, gradient, learning_rate, momentum):
    new_step = momentum * step - learning_rate * gradient
    return place + step, new_step


# %% name="ex_steps_wrong_one" exercise="steps" wrong="for a single replica"
def steps_and_rest(pictures, per_replica, replicas):
    return divmod(pictures, per_replica)


# %% name="ex_steps_wrong_up" exercise="steps" wrong="that is not full"
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


# %% name="ex_pipeline_wrong_rest" exercise="pipeline" wrong="drop_remainder"
def one_hot_batches(examples, batch):
    examples = examples.map(lambda p, label: (tf.cast(p, tf.float32), tf.one_hot(label, 5)))
    return examples.batch(batch)


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
