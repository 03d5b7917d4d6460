LESSON = 4
print("notes on threads, lesson", LESSON)
