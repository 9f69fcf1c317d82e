"""What lesson 1 says of its runs."""

from tools.claims import claim

CONTRADICTIONS = {
    "hardly trained": (
        "ci",
        {
            "fit": ("train_dataset,", "train_dataset.take(1),"),
            "ex_layers_run": ("learning_dataset,", "learning_dataset.take(1),"),
            "ex_loss_fit": ("fit(learn,", "fit(learn.take(1),"),
        },
    ),
    "judged by what is known": (
        "ci",
        {
            "exam": ("test_dataset", "train_dataset"),
            "few": ('datasets["train"].skip(500).take(500)', 'datasets["train"].take(500)'),
            "memorise": ("lesson.epochs(60)", "20"),
        },
    ),
    "turned round": (
        "ci",
        {
            "compile": ('optimizer="adam"', "optimizer=keras.optimizers.Adam(-0.001)"),
            "fit": ("lesson.epochs(5)", "5"),
            "ex_width_run": (
                "lesson.trials(10, 128, 512):\n        wide = new_model(width)",
                "(10, 128, 512):\n        wide = new_model({128: 2}.get(width, 512))",
            ),
            "ex_layers_run": ("lesson.trials([], [128, 128, 128])", "([], [128, 128, 128])"),
            "ex_loss_run": ('("0…1", 1), ("0…255", 255)', '("0…1", 255), ("0…255", 1)'),
            "ex_loss_fit": ("lesson.trials(raw, scaled)", "(scaled, raw)"),
        },
    ),
}


@claim("fit_read", "Every epoch the loss falls and the accuracy rises", false_on="turned round")
def better_with_every_epoch(run):
    losses, accuracies = (run.curve("history", metric) for metric in ("loss", "accuracy"))
    falls = all(after < before for before, after in zip(losses, losses[1:], strict=False))
    rises = all(after > before for before, after in zip(accuracies, accuracies[1:], strict=False))
    return {"first loss": losses[0], "last": losses[-1]}, len(losses) > 1 and falls and rises


@claim("fit_read", "fast at first, then more slowly", false_on="turned round")
def fast_at_first(run):
    losses = run.curve("history", "loss")
    first, last = losses[0] - losses[1], losses[-2] - losses[-1]
    return {"first fall of the loss": first, "last": last}, first > 2 * last > 0


@claim("exam_read", "It is usually a little lower", false_on="judged by what is known")
def new_pictures_are_harder(run):
    training, test = run.last("history", "accuracy"), run.number("test_accuracy")
    return {"training": training, "test": test}, training - 0.06 < test < training


@claim("exam_read", "you will see it grow below", false_on="judged by what is known")
def the_difference_grows(run):
    exam = run.last("history", "accuracy") - run.number("test_accuracy")
    few = run.last("few_history", "accuracy") - run.last("few_history", "val_accuracy")
    return {"difference in the exam": exam, "with 500 pictures": few}, few > max(0, exam) + 0.05


@claim("surest_read", "A network can be sure and wrong", false_on="hardly trained")
def sure_and_wrong(run):
    surest = run.number("surest_mistake")
    return {"surest mistake": surest}, surest > 0.95


@claim("memorise_read", "it gets nearly all of them right", false_on="hardly trained")
def known_by_heart(run):
    training = run.last("few_history", "accuracy")
    return {"training": training}, training > 0.95


@claim("memorise_read", "They stop improving early", false_on="judged by what is known")
def validation_stops(run):
    accuracies = run.curve("few_history", "val_accuracy")
    early, whole = max(accuracies[: len(accuracies) // 2]), max(accuracies)
    return {"best of the first half": early, "of all": whole}, whole < early + 0.03


@claim("memorise_read", "their loss turns upwards", false_on="judged by what is known")
def validation_loss_rises(run):
    lowest = run.lowest("few_history", "val_loss")
    last = run.last("few_history", "val_loss")
    return {"lowest loss": lowest, "last": last}, last > 1.08 * lowest


@claim("ex_width_read", "and are right less often", false_on="turned round")
def ten_are_too_few(run):
    ten, many = run.number("by_width 10"), run.number("by_width 128")
    return {"10 neurons": ten, "128": many}, ten < many


@claim(
    "ex_width_read",
    "four times as many neurons as 128 add little more",
    false_on="turned round",
)
def more_bring_little(run):
    many, most = run.number("by_width 128"), run.number("by_width 512")
    return {"128 neurons": many, "512": most}, most < many + 0.03


@claim(
    "ex_layers_read",
    "even that is right for about four pictures in five",
    false_on="hardly trained",
)
def weighing_pixels_goes_far(run):
    none = run.number("by_depth 0")
    return {"no hidden layer": none}, 0.75 < none < 0.87


@claim("ex_layers_read", "One hidden layer, in Exercise 3, does a little better", "turned round")
def one_layer_brings_more(run):
    none, one = run.number("by_depth 0"), run.number("by_width 128")
    return {"no hidden layer": none, "one": one}, none < one < none + 0.1


@claim(
    "ex_layers_read", "Three of them are hardly better than one, if at all", false_on="turned round"
)
def three_are_hardly_better(run):
    one, three = run.number("by_width 128"), run.number("by_depth 3")
    return {"one hidden layer": one, "three": three}, three < one + 0.03


@claim("ex_loss_read", "Scaled pictures cost about what guessing costs", "turned round")
def knows_nothing(run):
    scaled = run.number("untrained_loss 0…1")
    return {"loss": scaled}, 2 < scaled < 2.7


@claim("ex_loss_read", "the network knows nothing and is sure of it", "turned round")
def sure_of_nothing(run):
    scaled, raw = run.number("untrained_loss 0…1"), run.number("untrained_loss 0…255")
    return {"loss, scaled": scaled, "not scaled": raw}, raw > 3 * scaled


@claim(
    "ex_loss_fit_read", "The network learns even from unscaled pixels", false_on="hardly trained"
)
def raw_pixels_teach(run):
    _, accuracy = run.number("after_one_epoch")[0]
    return {"accuracy, not scaled": accuracy}, accuracy > 0.6


@claim("ex_loss_fit_read", "its loss is still several times as large", false_on="turned round")
def raw_pixels_cost(run):
    (raw, _), (scaled, _) = run.number("after_one_epoch")
    return {"loss, not scaled": raw, "scaled": scaled}, raw > 2.5 * scaled


@claim("ex_loss_fit_read", "it names fewer pictures correctly", false_on="turned round")
def raw_pixels_mislead(run):
    (_, raw), (_, scaled) = run.number("after_one_epoch")
    return {"accuracy, not scaled": raw, "scaled": scaled}, raw < scaled
