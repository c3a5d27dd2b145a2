# include: common/rows_in_order.py
submission[PREDICTIONS[0]] = answer[order]
submission.to_csv("submission.csv", index=False)
print(f"Final Validation Performance: {note_of_way:.6f}")
